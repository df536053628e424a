// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_repository.c - files that are judged by their names, and names themselves: the first byte says as which
 * file the rest is read; the rest is also a name, whose folds must be stable. */
#include <stdlib.h>
#include "scan/name_judge.h"
#include "scan/refs.h"
#include "tests/support/fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void names(struct span in)
{
    char why[NAME_WHY_BYTES];
    for (unsigned how = 0; how < 8; how++) {
        struct buf once, twice;
        buf_init(&once, 1 << 20);
        buf_init(&twice, 1 << 20);
        name_fold_add(&once, in, how);
        name_fold_add(&twice, buf_view(&once), how);
        if (!once.error && !twice.error && !span_eq(buf_view(&once), buf_view(&twice)))
            abort();
        buf_fini(&once);
        buf_fini(&twice);
    }
    if (name_hides(in, why) + name_looks_alike(in, why) + name_changes_on_windows(in, why) + name_hides_ending(in, why) &&
        (!why[0] || strlen(why) >= NAME_WHY_BYTES))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const files[] = { "requirements.txt", "pyproject.toml", ".gitattributes", ".gitmodules", "x.py",
                                         "modules.json", "model_index.json", "config.json" };
    struct arena a;
    if (!size)
        return 0;
    struct span in = span_of(data + 1, size - 1);
    arena_init(&a, 1 << 20);
    struct span path = refs_module_path(span_sub(in, 0, 4096), &a);
    if (path.n && !refs_target_stays(path))
        abort();
    arena_fini(&a);
    names(span_sub(in, 0, 4096));
    return fuzz_scan(in.p, in.n, files[data[0] % 8]);
}
