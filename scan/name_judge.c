// SPDX-License-Identifier: Apache-2.0
#include "scan/name_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include "base/utf8.h"
#include "text/uni.h"

static bool is_ascii_letter(uint32_t cp)
{
    return cp < 0x80 && (cp | 32) - 'a' < 26;
}

/* ---- what people do not see --------------------------------------------------------------- */

static const char *hidden_kind(uint32_t cp)
{
    static const struct { uint32_t from, to; const char *what; } kinds[] = {
        { 0, 0x1f, "a control character" }, { 0x7f, 0x9f, "a control character" },
        { 0xa0, 0xa0, "a blank that is none" }, { 0xad, 0xad, "invisible" }, { 0x34f, 0x34f, "invisible" },
        { 0x61c, 0x61c, "turns the text around" }, { 0x115f, 0x1160, "invisible" }, { 0x1680, 0x1680, "a blank that is none" },
        { 0x17b4, 0x17b5, "invisible" }, { 0x180b, 0x180e, "invisible" }, { 0x2000, 0x200a, "a blank that is none" },
        { 0x200b, 0x200d, "invisible" }, { 0x200e, 0x200f, "turns the text around" },
        { 0x2028, 0x2029, "a line end that is none" }, { 0x202a, 0x202e, "turns the text around" },
        { 0x202f, 0x202f, "a blank that is none" }, { 0x205f, 0x205f, "a blank that is none" },
        { 0x2060, 0x2065, "invisible" }, { 0x2066, 0x2069, "turns the text around" }, { 0x206a, 0x206f, "invisible" },
        { 0x2800, 0x2800, "a blank that is none" }, { 0x3000, 0x3000, "a blank that is none" }, { 0x3164, 0x3164, "invisible" },
        { 0xfe00, 0xfe0e, "invisible" }, { 0xfeff, 0xfeff, "invisible" }, { 0xffa0, 0xffa0, "invisible" },
        { 0xfff0, 0xfffb, "invisible" }, { 0x1d173, 0x1d17a, "invisible" }, { 0xe0000, 0xe0fff, "invisible" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (cp >= kinds[i].from && cp <= kinds[i].to)
            return kinds[i].what;
    return NULL;
}

bool name_hides(struct span part, char why[NAME_WHY_BYTES])
{
    unsigned number = 1;
    for (size_t i = 0; i < part.n; number++) {
        uint32_t cp = 0;
        unsigned n = utf8_next(span_sub(part, i, part.n), &cp);
        const char *kind = n ? hidden_kind(cp) : NULL;
        if (!n)
            (void)snprintf(why, NAME_WHY_BYTES, "byte %zu of the name, 0x%02x, belongs to no character", i + 1, part.p[i]);
        else if (kind)
            (void)snprintf(why, NAME_WHY_BYTES, "character %u of the name is U+%04X, %s", number, (unsigned)cp, kind);
        if (!n || kind)
            return true;
        i += n;
    }
    return false;
}

/* ---- what looks like something else ------------------------------------------------------- */

/* Letters of other scripts that look like one of ours. Sorted. */
static const struct alike { uint16_t cp; char like; } alike[] = {
    { 0x391, 'A' }, { 0x392, 'B' }, { 0x395, 'E' }, { 0x396, 'Z' }, { 0x397, 'H' }, { 0x399, 'I' }, { 0x39a, 'K' },
    { 0x39c, 'M' }, { 0x39d, 'N' }, { 0x39f, 'O' }, { 0x3a1, 'P' }, { 0x3a4, 'T' }, { 0x3a5, 'Y' }, { 0x3a7, 'X' },
    { 0x3b1, 'a' }, { 0x3b9, 'i' }, { 0x3ba, 'k' }, { 0x3bd, 'v' }, { 0x3bf, 'o' }, { 0x3c1, 'p' }, { 0x3c5, 'u' },
    { 0x3f2, 'c' }, { 0x3f3, 'j' }, { 0x405, 'S' }, { 0x406, 'I' }, { 0x408, 'J' }, { 0x410, 'A' }, { 0x412, 'B' },
    { 0x415, 'E' }, { 0x41a, 'K' }, { 0x41c, 'M' }, { 0x41d, 'H' }, { 0x41e, 'O' }, { 0x420, 'P' }, { 0x421, 'C' },
    { 0x422, 'T' }, { 0x423, 'Y' }, { 0x425, 'X' }, { 0x430, 'a' }, { 0x435, 'e' }, { 0x43e, 'o' }, { 0x440, 'p' },
    { 0x441, 'c' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x455, 's' }, { 0x456, 'i' }, { 0x458, 'j' }, { 0x475, 'v' },
    { 0x4ae, 'Y' }, { 0x4af, 'y' }, { 0x4bb, 'h' }, { 0x4c0, 'I' }, { 0x4cf, 'l' }, { 0x501, 'd' }, { 0x50c, 'G' },
    { 0x51b, 'q' }, { 0x51d, 'w' }, { 0x566, 'q' }, { 0x570, 'h' }, { 0x578, 'n' }, { 0x57d, 'u' }, { 0x581, 'g' },
    { 0x585, 'o' }, { 0x5d5, 'l' }, { 0x5df, 'l' }, { 0x2160, 'I' }, { 0x2164, 'V' }, { 0x2169, 'X' }, { 0x216c, 'L' },
    { 0x216d, 'C' }, { 0x216e, 'D' }, { 0x216f, 'M' }, { 0x2170, 'i' }, { 0x2174, 'v' }, { 0x2179, 'x' }, { 0x217c, 'l' },
    { 0x217d, 'c' }, { 0x217e, 'd' }, { 0x217f, 'm' },
};

static int by_cp(const void *key, const void *item)
{
    uint32_t cp = *(const uint32_t *)key;
    const struct alike *a = item;
    return (cp > a->cp) - (cp < a->cp);
}

static char letter_like(uint32_t cp)
{
    const struct alike *a = bsearch(&cp, alike, sizeof alike / sizeof *alike, sizeof *alike, by_cp);
    return a ? a->like : 0;
}

/* Characters that are there to look like ours: wide ones, those of formulas, signs like '.' and '/'. */
static char sign_like(uint32_t cp)
{
    static const struct { uint16_t cp; char like; } signs[] = {
        { 0x2024, '.' }, { 0x2044, '/' }, { 0x2215, '/' }, { 0x29f8, '/' }, { 0x29f5, '\\' }, { 0x2216, '\\' },
        { 0xa789, ':' }, { 0x2236, ':' }, { 0x212a, 'K' }, { 0x261, 'g' }, { 0x251, 'a' },
    };
    if (cp >= 0xff01 && cp <= 0xff5e) {             /* wide brackets and commas are common in names in Chinese */
        char c = (char)(cp - 0xff01 + '!');
        return is_ascii_letter((uint32_t)c) || c == '.' || c == '/' || c == '\\' ? c : 0;
    }
    if (cp >= 0x1d400 && cp <= 0x1d6a3) {           /* 13 alphabets of 52 letters */
        unsigned k = (cp - 0x1d400) % 52;
        return (char)(k < 26 ? 'A' + k : 'a' + k - 26);
    }
    if (cp >= 0x1d7ce && cp <= 0x1d7ff)
        return (char)('0' + (cp - 0x1d7ce) % 10);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].cp == cp)
            return signs[i].like;
    return 0;
}

/* Does a word go on with it? Digits and signs end one. */
static bool in_word(uint32_t cp)
{
    return is_ascii_letter(cp) || cp >= 0xc0;
}

bool name_looks_alike(struct span part, char why[NAME_WHY_BYTES])
{
    bool ours = false;
    uint32_t other = 0;
    for (size_t i = 0; i < part.n;) {
        uint32_t cp = 0;
        unsigned n = utf8_next(span_sub(part, i, part.n), &cp);
        char like = sign_like(cp);
        if (n && like) {
            (void)snprintf(why, NAME_WHY_BYTES, "U+%04X in the name looks like '%c'", (unsigned)cp, like);
            return true;
        }
        if (!n || !in_word(cp)) {
            ours = false;
            other = 0;
        }
        ours = ours || is_ascii_letter(cp);
        other = letter_like(cp) ? cp : other;
        if (ours && other) {
            (void)snprintf(why, NAME_WHY_BYTES, "U+%04X in the name looks like '%c', among letters of the Latin script",
                           (unsigned)other, letter_like(other));
            return true;
        }
        i += n ? n : 1;
    }
    return false;
}

/* ---- Windows ------------------------------------------------------------------------------ */

static bool is_device(struct span part)
{
    static const char *const names[] = { "con", "prn", "aux", "nul", "conin$", "conout$" };
    size_t n = 0;
    while (n < part.n && part.p[n] != '.' && part.p[n] != ' ')
        n++;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n == strlen(names[i]) && strncasecmp((const char *)part.p, names[i], n) == 0)
            return true;
    return n == 4 && part.p[3] >= '1' && part.p[3] <= '9' &&
           (strncasecmp((const char *)part.p, "com", 3) == 0 || strncasecmp((const char *)part.p, "lpt", 3) == 0);
}

bool name_changes_on_windows(struct span part, char why[NAME_WHY_BYTES])
{
    uint8_t last = part.n ? part.p[part.n - 1] : 0;
    if (is_device(part)) {
        (void)snprintf(why, NAME_WHY_BYTES, "the name is that of a device on Windows");
        return true;
    }
    if (last == '.' || last == ' ') {
        (void)snprintf(why, NAME_WHY_BYTES, "Windows takes the %s at the end away", last == '.' ? "dot" : "blank");
        return true;
    }
    for (size_t i = 0; i < part.n; i++)
        if (part.p[i] && strchr("<>:\"|?*\\", part.p[i])) {
            (void)snprintf(why, NAME_WHY_BYTES, "'%c' in the name means something else on Windows", part.p[i]);
            return true;
        }
    return false;
}

/* ---- endings ------------------------------------------------------------------------------ */

static bool is_one_of(struct span s, const char *words)
{
    for (const char *p = words; *p;) {
        size_t k = strcspn(p, " ");
        if (s.n == k && strncasecmp((const char *)s.p, p, k) == 0)
            return true;
        p += k + (p[k] == ' ');
    }
    return false;
}

/* Take the last ending off: what stands behind the last dot, without blanks before the dot. */
static struct span take_ending(struct span *s)
{
    const uint8_t *dot = s->n ? memrchr(s->p, '.', s->n) : NULL;
    if (!dot)
        return SPAN_NONE;
    struct span end = span_sub(*s, (size_t)(dot - s->p) + 1, s->n);
    s->n = (size_t)(dot - s->p);
    while (s->n && s->p[s->n - 1] == ' ')
        s->n--;
    return end;
}

bool name_hides_ending(struct span part, char why[NAME_WHY_BYTES])
{
    static const char runs[] = "exe com scr pif bat cmd ps1 vbs vbe js jse wsf wsh msi msp lnk hta cpl jar py pyw pyc sh "
                               "bash dll so dylib app apk desktop";
    static const char data[] = "safetensors bin pt pth ckpt onnx gguf ggml h5 hdf5 keras npy npz pkl pickle joblib json yaml "
                               "yml txt md pdf png jpg jpeg gif csv tsv parquet zip tar gz 7z model msgpack pb tflite mlmodel "
                               "xml doc docx xls xlsx mp3 mp4 wav";
    struct span rest = part, last = take_ending(&rest), before = take_ending(&rest);
    if (!is_one_of(last, runs) || !is_one_of(before, data) || !rest.n)
        return false;
    (void)snprintf(why, NAME_WHY_BYTES, "behind \".%.*s\" stands \".%.*s\"", (int)before.n, (const char *)before.p, (int)last.n,
                   (const char *)last.p);
    return true;
}

/* ---- folds -------------------------------------------------------------------------------- */

/* The path as valid UTF-8: what is none is U+FFFD, and with FOLD_LOOK what nobody sees is left out. */
static void add_seen(struct buf *out, struct span path, unsigned how)
{
    for (size_t i = 0; i < path.n;) {
        uint32_t cp = 0;
        unsigned n = utf8_next(span_sub(path, i, path.n), &cp);
        if (!n)
            uni_put(out, 0xfffd);
        else if (!(how & FOLD_LOOK) || (!hidden_kind(cp) && cp != 0xfe0f))
            buf_add(out, path.p + i, n);
        i += n ? n : 1;
    }
}

static uint32_t looks_like(uint32_t cp)
{
    char like = letter_like(cp);
    like = like ? like : sign_like(cp);
    return like ? (uint32_t)like : cp;
}

/* A lower case may look like one of ours where its upper case did not, and the other way round. */
static void put(struct buf *out, uint32_t cp, unsigned how)
{
    uint32_t small[4] = { how & FOLD_LOOK ? looks_like(cp) : cp };
    unsigned n = how & FOLD_CASE ? uni_lower(small[0], small) : 1;
    for (unsigned i = 0; i < n; i++)
        uni_put(out, how & FOLD_LOOK ? looks_like(small[i]) : small[i]);
}

void name_fold_add(struct buf *out, struct span path, unsigned how)
{
    struct buf seen, formed, run;
    buf_init(&seen, 1 << 20);
    buf_init(&formed, 1 << 20);
    buf_init(&run, 1 << 20);
    add_seen(&seen, path, how);
    if (how & FOLD_FORM)
        uni_normalize(buf_view(&seen), UNI_NFKD, &run, &formed);
    else
        buf_span(&formed, buf_view(&seen));
    for (size_t i = 0; i < formed.n;) {
        unsigned n;
        put(out, uni_at((const uint8_t *)formed.p + i, &n), how);
        i += n;
    }
    int error = seen.error ? seen.error : formed.error ? formed.error : run.error;
    out->error = out->error ? out->error : error;
    buf_fini(&seen);
    buf_fini(&formed);
    buf_fini(&run);
}
