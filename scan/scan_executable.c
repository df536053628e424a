// SPDX-License-Identifier: Apache-2.0
/* Programs, by their first bytes: what an operating system, a runtime or a shell runs as it is.
 *
 *     7f ELF | MZ .. PE | fe ed fa ce | ca fe ba be | 00 asm | #! and bytes that no script holds | MZqFpD (llamafile)
 *
 * Plain scripts are text, and scan_text.c names them. What stands inside an archive is a node of its own. */
#include "scan/scan.h"

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Programs of DOS and Windows. Letters alone are a text: a DOS header counts its last page in 9 bits. */
static const char *dos(struct span in)
{
    if (in.n < 64)
        return in.n >= 4 && le16(in.p + 2) < 512 ? "a program of DOS" : NULL;
    uint32_t at = le32(in.p + 60);
    struct span head = span_sub(in, at, 4);
    if (at >= 4 && span_eq(head, span_of("PE\0\0", 4)))
        return "a program or library of Windows (PE)";
    return le16(in.p + 2) < 512 ? "a program of DOS" : NULL;
}

/* ca fe ba be begins both; a class file has its version there, and the first is 45. */
static const char *fat_or_java(struct span in)
{
    if (in.n < 8)
        return "a Java class or a universal program of macOS, cut short";
    return be32(in.p + 4) < 45 ? "a universal program of macOS (Mach-O)" : "a Java class";
}

static bool has_nul(struct span in)
{
    return in.n && memchr(in.p, '\0', in.n);
}

static const struct { uint8_t n, magic[8]; const char *what; } kinds[] = {
    { 6, "MZqFpD", "a program for several systems at once (Actually Portable Executable, as llamafile is)" },
    { 7, "jartsr=", "a program for several systems at once (Actually Portable Executable)" },
    { 4, { 0x7f, 'E', 'L', 'F' }, "a program or library of Linux or its like (ELF)" },
    { 4, { 0xfe, 0xed, 0xfa, 0xce }, "a program of macOS (Mach-O)" },
    { 4, { 0xfe, 0xed, 0xfa, 0xcf }, "a program of macOS (Mach-O)" },
    { 4, { 0xce, 0xfa, 0xed, 0xfe }, "a program of macOS (Mach-O)" },
    { 4, { 0xcf, 0xfa, 0xed, 0xfe }, "a program of macOS (Mach-O)" },
    { 4, { 0xca, 0xfe, 0xba, 0xbf }, "a universal program of macOS (Mach-O)" },
    { 4, { 0, 'a', 's', 'm' }, "WebAssembly" },
    { 5, { 'd', 'e', 'x', '\n', '0' }, "a program of Android (DEX)" },
    { 4, { 0x1b, 'L', 'u', 'a' }, "compiled Lua" },
    { 3, { 0x1b, 'L', 'J' }, "compiled LuaJIT" },
    { 4, { 'B', 'C', 0xc0, 0xde }, "bitcode of LLVM" },
    { 8, { '!', '<', 'a', 'r', 'c', 'h', '>', '\n' }, "a library of objects, or a Debian package (ar)" },
    { 4, { 0xed, 0xab, 0xee, 0xdb }, "an RPM package" },
    { 8, { 0x4c, 0, 0, 0, 1, 0x14, 2, 0 }, "a shortcut of Windows, which may start anything" },
};

static const char *what_it_is(const struct scan_node *n)
{
    struct span in = n->in;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (in.n >= kinds[i].n && memcmp(in.p, kinds[i].magic, kinds[i].n) == 0)
            return kinds[i].what;
    if (span_starts(in, "MZ"))
        return dos(in);
    if (in.n >= 4 && be32(in.p) == 0xcafebabe)
        return fat_or_java(in);
    if (span_starts(in, "#!") && has_nul(in))
        return "a script with a program or data behind it";
    if (in.n >= 16 && in.p[2] == '\r' && in.p[3] == '\n' && scan_called(n, ".pyc .pyo"))
        return "compiled Python";
    return NULL;
}

static unsigned sniff(const struct scan_node *n)
{
    return what_it_is(n) ? 97 : 0;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    const char *what = what_it_is(n);
    return scan_find(s, n, RULE_EXECUTABLE, 0, e, "%s", what ? what : "a program");
}

const struct scan_format scan_executable = { .name = "executable", .sniff = sniff, .run = run };
