// SPDX-License-Identifier: Apache-2.0
#include "tensor/kern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tensor/kern/kern_all.h"

static const struct kern *const all[] = { KERN_PATHS &kern_reference, NULL };

const struct kern *const *kern_all(void)
{
    return all;
}

/* "avx2, reference": those that this processor can run. */
static void name_usable(const struct cpu *c, char *out, size_t n)
{
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; all[i]; i++)
        if (all[i]->usable(c) && at < n) {
            int wrote = snprintf(out + at, n - at, "%s%s", at ? ", " : "", all[i]->name);
            at += wrote > 0 ? (size_t)wrote : 0;
        }
}

int kern_choose(const struct cpu *c, const struct kern **out, struct err *e)
{
    const char *wanted = getenv("ASSAY_ISA"), *what;
    const struct kern *k = NULL;
    char names[128];
    bool known = false;
    name_usable(c, names, sizeof names);
    if (wanted && !wanted[0])
        wanted = NULL;
    for (size_t i = 0; all[i] && !k; i++) {
        bool named = wanted ? strcmp(wanted, all[i]->name) == 0 : all[i]->tried;
        known = known || named;
        if (named && all[i]->usable(c))
            k = all[i];
    }
    if (!known)
        return err_hint((err_plain(e, ERR_USAGE, "ASSAY_ISA names \"%.30s\", which is no kernel path", wanted), e),
                        "this processor runs: %s", names), ERR_USAGE;
    if (!k)
        return err_hint((err_plain(e, ERR_NOT_FOUND, "this processor cannot run the kernel path \"%.30s\"", wanted), e),
                        "it runs: %s", names), ERR_NOT_FOUND;
    if (!kern_self_test(k, &what))
        return err_hint((err_plain(e, ERR_BUG, "the kernel path \"%s\" fails its self-test: %s", k->name, what), e),
                        "ASSAY_ISA=reference runs without it"), ERR_BUG;
    *out = k;
    return 0;
}
