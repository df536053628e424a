// SPDX-License-Identifier: Apache-2.0
/* Any JSON as a schema; then what the grammar allows, byte by byte, must be JSON when it may end. */
#include <assert.h>
#include "base/json.h"
#include "text/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct arena a;
    const struct val *v;
    const struct grammar *g;
    struct matcher *m;
    uint8_t text[200];
    size_t done = 0;
    if (n > 8192)
        return 0;
    arena_init(&a, 256 << 20);
    if (!json_parse(span_of(p, n), NULL, &a, &v, NULL) && !grammar_from_schema(v, (struct schema_options){ 0 }, &a, &g, NULL)
        && !matcher_new(g, NULL, &m, NULL)) {
        unsigned seed = (unsigned)n;
        while (done < sizeof text && !matcher_must_end(m)) {
            bool found = false;
            seed = seed * 1103515245u + 12345u;
            for (unsigned i = 0; i < 256 && !found; i++) {
                text[done] = (uint8_t)((seed >> 16) + i);
                int rc = matcher_accept(m, span_of(text + done, 1), NULL);
                found = rc == 0;
                if (rc && rc != ERR_FORMAT)
                    goto out;
            }
            assert(found);                      /* what can be begun can be finished */
            done++;
            if (matcher_may_end(m)) {
                const struct val *made;
                int rc = json_parse(span_of(text, done), NULL, &a, &made, NULL);
                assert(rc == 0 || rc == ERR_MEMORY || rc == ERR_FORMAT);    /* the same name twice, a number too large */
            }
        }
out:
        matcher_free(m);
    }
    arena_fini(&a);
    return 0;
}
