// SPDX-License-Identifier: Apache-2.0
/* What literal text of a template says to the model, behind the back of whoever asks. */
#include "base/utf8.h"
#include "scan/template_int.h"

enum { NEAR = 60 };                         /* bytes between the parts of a phrase */

static bool letter(uint8_t c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

/* Where `word` begins in t from i, without regard to case, at a word's beginning; t.n: nowhere. A blank in `word`
 * stands for any white space. */
static size_t find(struct span t, size_t i, const char *word)
{
    size_t n = strlen(word);
    for (; i + n <= t.n; i++) {
        size_t k = 0, at = i;
        if (i && letter(t.p[i - 1]))
            continue;
        for (; k < n && at < t.n; k++) {
            uint8_t c = t.p[at];
            if (word[k] != ' ' && (letter(c) ? c | 32 : c) != (uint8_t)word[k])
                break;
            if (word[k] == ' ') {
                size_t from = at;
                while (at < t.n && (t.p[at] == ' ' || (t.p[at] >= 9 && t.p[at] <= 13)))
                    at++;
                if (at == from)
                    break;
                continue;
            }
            at++;
        }
        if (k == n)
            return i;
    }
    return t.n;
}

static bool any(struct span t, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (find(t, i, *words) < t.n)
            return true;
    return false;
}

/* A word of `first` with one of `then` behind it, not far, and none of `but`. */
static bool near(struct span t, const char *const *first, const char *const *then, const char *const *but, size_t *at)
{
    for (; *first; first++)
        for (size_t i = find(t, 0, *first); i < t.n; i = find(t, i + 1, *first)) {
            struct span after = span_sub(t, i, strlen(*first) + NEAR);
            if (any(after, strlen(*first), then) && !any(after, strlen(*first), but)) {
                *at = i;
                return true;
            }
        }
    return false;
}

/* Imperatives that set aside what was said, hide something from people, or send something away. */
static bool instructs(struct span t, size_t *at)
{
    static const char *const forget[] = { "ignore", "disregard", "forget", "override", "bypass", NULL };
    static const char *const what[] = { "previous", "prior", "above", "earlier", "preceding", "safety", "guideline",
                                        "system prompt", "your instructions", "all instructions", "any instructions", NULL };
    static const char *const hide[] = { "do not tell", "don't tell", "never tell", "do not inform", "do not reveal to",
                                        "without telling", "without informing", "do not mention this", "never mention this",
                                        "hide this from", "conceal this from", NULL };
    static const char *const people[] = { "user", "anyone", "them", "human", "this", NULL };
    static const char *const send[] = { "exfiltrate", "send", "upload", "post", "leak", "transmit", NULL };
    static const char *const secrets[] = { "api key", "password", "credential", "private key", "secret key", "access token",
                                           "conversation to", "user's data to", "chat history to", NULL };
    /* Qwen's templates, when there is nothing to call: "do not tell the user about function calls". */
    static const char *const honest[] = { "about function calls", NULL }, *const none[] = { NULL };
    return near(t, forget, what, none, at) || near(t, hide, people, honest, at) || near(t, send, secrets, none, at);
}

static size_t address(struct span t)
{
    static const char *const schemes[] = { "https://", "http://", "ftp://", "wss://", "ws://" };
    size_t best = t.n;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t at = find(t, 0, schemes[i]), host = at + strlen(schemes[i]);
        if (host < t.n && at < best && (letter(t.p[host]) || t.p[host] == '[' || (t.p[host] >= '0' && t.p[host] <= '9')))
            best = at;
    }
    return best;
}

/* Tag characters and marks that turn the direction of text: read by models, seen by nobody. */
static size_t invisible(struct span t)
{
    for (size_t i = 0; i < t.n;) {
        uint32_t c = t.p[i];
        unsigned used = c < 0x80 ? 1 : utf8_next(span_sub(t, i, 4), &c);
        if ((c >= 0xe0000 && c <= 0xe007f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            return i;
        i += used ? used : 1;
    }
    return t.n;
}

void template_judge_text(struct template_judge *j, struct span t, uint32_t at)
{
    size_t i = address(t), k = 0;
    if (i < t.n)
        template_found(j, RULE_TEMPLATE_URL, at, "holds the address \"%.*s\"", (int)(t.n - i > 80 ? 80 : t.n - i),
                       (const char *)t.p + i);
    if (instructs(t, &k))
        template_found(j, RULE_TEMPLATE_INSTRUCTIONS, at, "tells the model \"%.*s\"", (int)(t.n - k > 100 ? 100 : t.n - k),
                       (const char *)t.p + k);
    if (invisible(t) < t.n)
        template_found(j, RULE_TEMPLATE_INSTRUCTIONS, at, "holds characters that nobody sees, %zu bytes into a text",
                       invisible(t));
}

static bool blank(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13); }

bool template_is_token(struct span t)
{
    while (t.n && blank(t.p[0]))
        t = span_sub(t, 1, t.n);
    while (t.n && blank(t.p[t.n - 1]))
        t.n--;
    bool marked = t.n && strchr("<[{|/(", t.p[0]) && t.p[0];
    size_t letters = 0;
    for (size_t i = 0; i < t.n; i++) {
        marked = marked && !blank(t.p[i]);
        letters += letter(t.p[i]) || t.p[i] >= 0x80;
    }
    return marked || letters < 2;
}

size_t template_words(struct span t, size_t max)
{
    size_t words = 0, run = 0;
    char closing = 0;
    for (size_t i = 0; i <= t.n && words < max; i++) {
        uint8_t c = i < t.n ? t.p[i] : ' ';
        if (closing) {
            closing = c == closing ? 0 : closing;
            continue;
        }
        if (letter(c) || c >= 0x80) {
            run++;
            continue;
        }
        words += run >= 2;
        run = 0;
        char close = c == '<' ? '>' : c == '[' ? ']' : 0;
        if (close && memchr(t.p + i, close, t.n - i))
            closing = close;
    }
    return words;
}
