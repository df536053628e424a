// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/fs.h"
#include "format/pdf.h"
#include "format/text.h"
#include "tests/support/faults.h"

/* A folder of our own: the PDF, and where a test needs it a pdftotext that misbehaves. */
static char dir[] = "/tmp/assay-test-pdf-XXXXXX";
static char file[64], program[64];
static const char *real_path;

static void write_file(const char *path, const char *bytes, size_t n, mode_t mode)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    YES(fd >= 0);
    EQ(write(fd, bytes, n), (ssize_t)n);
    (void)close(fd);
}

/* The smallest PDF that says `words`: five objects and their table of offsets. */
static void make_pdf(const char *words, struct buf *b)
{
    char stream[512];
    size_t at[6];
    int n = snprintf(stream, sizeof stream, "BT /F1 12 Tf 72 700 Td (%s) Tj ET", words);
    const char *objects[6] = {
        NULL, "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        NULL, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    };
    buf_init(b, 1 << 16);
    buf_str(b, "%PDF-1.4\n");
    for (size_t i = 1; i < 6; i++) {
        at[i] = b->n;
        if (objects[i])
            buf_fmt(b, "%zu 0 obj\n%s\nendobj\n", i, objects[i]);
        else
            buf_fmt(b, "%zu 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", i, n, stream);
    }
    size_t table = b->n;
    buf_str(b, "xref\n0 6\n0000000000 65535 f \n");
    for (size_t i = 1; i < 6; i++)
        buf_fmt(b, "%010zu 00000 n \n", at[i]);
    buf_fmt(b, "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", table);
}

static bool have_pdftotext(void)
{
    return access("/usr/bin/pdftotext", X_OK) == 0 || access("/usr/local/bin/pdftotext", X_OK) == 0;
}

/* Put a shell script in the place of pdftotext. */
static void fake(const char *script)
{
    char text[600];
    int n = snprintf(text, sizeof text, "#!/bin/sh\n%s\n", script);
    write_file(program, text, (size_t)n, 0700);
    (void)setenv("PATH", dir, 1);
}

static int read_within(const struct pdf_limits *lim, struct arena *a, struct span *out, struct err *e)
{
    bool unread = true;
    int rc = pdf_text_within(file, lim, a, out, &unread, e);
    NOT(unread && rc == 0);
    return rc;
}

/* ---- tests -------------------------------------------------------------------------- */

TEST(pdf_text_is_read)
{
    (void)setenv("PATH", real_path, 1);
    if (!have_pdftotext())
        SKIP("no pdftotext");
    struct buf pdf;
    make_pdf("Community License \\(v2\\)", &pdf);
    write_file(file, pdf.p, pdf.n, 0600);
    buf_fini(&pdf);
    struct arena a;
    arena_init(&a, 1 << 24);
    struct span s;
    bool unread = true;
    struct err e = { 0 };
    EQ(pdf_text(file, &a, &s, &unread, &e), 0);
    NOT(unread);
    YES(span_starts(s, "Community License (v2)"));
    EQ(s.p[s.n], 0);
    struct text t;
    EQ(text_decode(s, "LICENSE.pdf", &a, &t, &e), 0);
    EQ(t.markup, TEXT_PDF);
    EQ(text_line(&t, 5), 1);
    arena_fini(&a);
}

TEST(pdf_that_is_none_is_refused)
{
    (void)setenv("PATH", real_path, 1);
    if (!have_pdftotext())
        SKIP("no pdftotext");
    static const char *const rows[] = { "", "no PDF at all", "%PDF-1.4\n", "%PDF-1.4\n1 0 obj\n<<\n" };
    struct arena a;
    arena_init(&a, 1 << 24);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span s = { NULL, 77 };
        struct err e = { 0 };
        bool unread = true;
        write_file(file, rows[i], strlen(rows[i]), 0600);
        EQ(pdf_text(file, &a, &s, &unread, &e), ERR_FORMAT);
        EQ(s.n, 77);
        YES(unread);
        STR(e.path, file);
    }
    arena_fini(&a);
}

TEST(pdf_without_pdftotext_is_unread)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span s = { NULL, 77 };
    struct err e = { 0 };
    fake("echo must not run");                  /* in the current folder, which counts for nothing */
    EQ(chdir(dir), 0);
    write_file(file, "%PDF-1.4\n", 9, 0600);
    static const char *const paths[] = { "", "/nonexistent", ":.:relative", "::", "." };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        bool unread = false;
        (void)setenv("PATH", paths[i], 1);
        EQ(pdf_text(file, &a, &s, &unread, &e), 0);
        YES(unread);
        EQ(s.n, 77);
    }
    (void)unsetenv("PATH");
    bool unread = false;
    EQ(pdf_text(file, &a, &s, &unread, &e), 0);
    YES(unread);
    arena_fini(&a);
}

TEST(pdf_missing_file_and_folder_are_told)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span s;
    struct err e = { 0 };
    bool unread = false;
    EQ(pdf_text("/nonexistent/x.pdf", &a, &s, &unread, &e), ERR_NOT_FOUND);
    EQ(pdf_text(dir, &a, &s, &unread, &e), ERR_IO);
    NOT(unread);
    arena_fini(&a);
}

TEST(pdf_child_gets_our_arguments_and_no_more)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span s;
    struct err e = { 0 };
    char want[128];
    int extra = open("/dev/null", O_RDONLY);    /* on purpose without O_CLOEXEC */
    YES(extra >= 3);
    (void)setenv("ASSAY_TEST_SECRET", "x", 1);
    fake("echo \"$*|$ASSAY_TEST_SECRET\"\n"
         "for i in 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$i ] && echo open; done; exit 0");
    EQ(read_within(&pdf_limits, &a, &s, &e), 0);
    (void)snprintf(want, sizeof want, "-enc UTF-8 -q %s -|\n", file);
    if (!span_is(s, want))
        fail_msg("the child was given: %.*s", SPAN_ARG(s));
    (void)close(extra);
    bool unread = true;
    EQ(chdir(dir), 0);
    write_file("-x.pdf", "x", 1, 0600);
    EQ(pdf_text("-x.pdf", &a, &s, &unread, &e), 0);
    YES(span_is(s, "-enc UTF-8 -q ./-x.pdf -|\n"));
    (void)unlink("-x.pdf");
    arena_fini(&a);
}

TEST(pdf_child_that_fails_is_told)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span s = { NULL, 77 };
    struct err e = { 0 };
    fake("echo half; exit 3");
    EQ(read_within(&pdf_limits, &a, &s, &e), ERR_FORMAT);
    YES(strstr(e.msg, "3") != NULL);
    fake("kill -11 $$");
    EQ(read_within(&pdf_limits, &a, &s, &e), ERR_FORMAT);
    write_file(program, "\x7f" "ELF nothing", 12, 0700);
    EQ(read_within(&pdf_limits, &a, &s, &e), ERR_IO);
    EQ(s.n, 77);
    arena_fini(&a);
}

TEST(pdf_child_is_kept_within_limits)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct span s = { NULL, 77 };
    struct err e = { 0 };
    struct timespec from, to;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    struct pdf_limits lim = { 1000, 300, 20, (size_t)1 << 30 };
    fake("exec /bin/sleep 300");
    EQ(read_within(&lim, &a, &s, &e), ERR_LIMIT);
    fake("exec >&-; exec /bin/sleep 300");       /* closes its output and stays */
    EQ(read_within(&lim, &a, &s, &e), ERR_LIMIT);
    lim.wall_ms = 5000;
    fake("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done");
    EQ(read_within(&lim, &a, &s, &e), ERR_LIMIT);
    lim.cpu_s = 1;
    fake("while :; do :; done");
    EQ(read_within(&lim, &a, &s, &e), ERR_LIMIT);
    YES(strstr(e.msg, "processor") != NULL);
    char written[80];
    enum fs_kind kind;
    uint64_t size_bytes = 77;
    (void)snprintf(written, sizeof written, "%s.out", program);
    fake("echo x > $0.out");                    /* may open a file, but not fill it */
    EQ(read_within(&lim, &a, &s, &e), ERR_FORMAT);
    EQ(fs_stat(written, &kind, &size_bytes, NULL), 0);
    EQ(size_bytes, 0);
    (void)unlink(written);
    fake("ulimit -v; ulimit -c");
    EQ(read_within(&lim, &a, &s, &e), 0);
    YES(span_is(s, "1048576\n0\n"));
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    YES(to.tv_sec - from.tv_sec < 200);
    arena_fini(&a);
}

TEST(pdf_survives_failed_reads_and_allocations)
{
    struct span s = { NULL, 77 };
    fake("echo text; exit 0");
    for (size_t k = 1;; k++) {
        struct arena a;
        struct err e = { 0 };
        arena_init(&a, 1 << 20);
        fault_alloc_at(k);
        int rc = read_within(&pdf_limits, &a, &s, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
        EQ(s.n, 77);
    }
    struct arena a;
    struct err e = { 0 };
    arena_init(&a, 1 << 20);
    s.n = 77;
    fault_read_at(1);
    EQ(read_within(&pdf_limits, &a, &s, &e), ERR_IO);
    fault_read_at(0);
    EQ(s.n, 77);
    fault_read_cap(1);
    EQ(read_within(&pdf_limits, &a, &s, &e), 0);
    fault_read_cap(0);
    YES(span_is(s, "text\n"));
    arena_fini(&a);
}

int main(void)
{
    real_path = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
    if (!mkdtemp(dir))
        return 1;
    (void)snprintf(file, sizeof file, "%s/a.pdf", dir);
    (void)snprintf(program, sizeof program, "%s/pdftotext", dir);
    int rc = RUN(CASE(pdf_text_is_read), CASE(pdf_that_is_none_is_refused), CASE(pdf_without_pdftotext_is_unread),
                 CASE(pdf_missing_file_and_folder_are_told), CASE(pdf_child_gets_our_arguments_and_no_more),
                 CASE(pdf_child_that_fails_is_told), CASE(pdf_child_is_kept_within_limits),
                 CASE(pdf_survives_failed_reads_and_allocations));
    (void)unlink(file);
    (void)unlink(program);
    if (chdir("/") || rmdir(dir))
        rc = rc ? rc : 1;
    free((void *)(uintptr_t)real_path);
    return rc;
}
