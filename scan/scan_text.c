// SPDX-License-Identifier: Apache-2.0
/* Text that nothing runs: cards, licences, vocabularies, tables. Source code and scripts are text that something may. */
#include "base/utf8.h"
#include "scan/refs.h"

/* UTF-8 without control characters but those of layout. Up to the first that is none: *bad is its place. */
static bool is_text(struct span in, uint64_t *bad)
{
    for (size_t i = 0; i < in.n;) {
        uint32_t c = in.p[i];
        size_t used = 1;
        if (c >= 0x80)
            used = utf8_next(span_sub(in, i, in.n - i), &c);
        if (!used || (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') || c == 0x7f) {
            *bad = i;
            return false;
        }
        i += used;
    }
    return true;
}

static int code_found(struct scan *s, const struct scan_node *n, struct err *e)
{
    int rc = scan_called(n, ".py") ? refs_of_python(s, n, e) : 0;
    return rc ? rc : scan_find(s, n, RULE_CODE, 0, e, "source code or a script");
}

int scan_as_text(struct scan *s, const struct scan_node *n, struct err *e)
{
    static const char code[] = ".py .pyw .ipynb .sh .bash .zsh .bat .cmd .ps1 .js .ts .lua .rb "
                               ".pl .php .r .jl .c .cc .cpp .cu .java";
    uint64_t bad = 0;
    if (span_starts(n->in, "#!") || scan_called(n, code))
        return code_found(s, n, e);
    if (is_text(n->in, &bad))
        return 0;
    return scan_find(s, n, RULE_MALFORMED, bad, e, "text, up to a byte that no text holds");
}

/* The head decides: what is text there is for this reader, and what comes later that is none is its finding. */
static unsigned sniff(const struct scan_node *n)
{
    uint64_t bad = 0;
    struct span head = span_sub(n->in, 0, 4096);
    if (!n->in.n)
        return 30;
    bool text = is_text(head, &bad) || (bad && head.n - bad < 4 && n->in.n > head.n);   /* a character cut in two */
    return text ? 30 : 0;
}

const struct scan_format scan_text = { .name = "text", .sniff = sniff, .run = scan_as_text };
