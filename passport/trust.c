// SPDX-License-Identifier: Apache-2.0
#include "passport/trust.h"

const char *trust_state_name(enum trust_state s)
{
    static const char *const names[] = { "absent", "seen", "not-visible-offline" };
    return names[s];
}
