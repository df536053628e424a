// SPDX-License-Identifier: Apache-2.0
#include "cli/use_opt.h"

#include "base/fs.h"

enum { FILE_MAX = 1 << 20 };

int use_from_options(const char *file, const char *const *values, struct arena *a, struct use *out, struct err *e)
{
    struct span raw;
    struct use u;
    size_t n;
    const struct use_key *keys = use_keys(&n);
    int rc = 0;
    use_init(&u);
    if (file) {
        rc = fs_read(file, FILE_MAX, a, &raw, e);
        if (!rc)
            rc = use_from_yaml(raw, a, &u, e);
        if (rc)
            (void)err_path(e, file);
    }
    for (size_t i = 0; i < n && !rc; i++)
        if (values[i])
            rc = use_set(&u, keys[i].name, values[i], e);
    if (!rc)
        *out = u;
    return rc;
}
