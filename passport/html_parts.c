// SPDX-License-Identifier: Apache-2.0
#include "passport/html_int.h"

#include <inttypes.h>
#include "base/num.h"
#include "passport/say.h"

extern const uint8_t assay_report_css[], assay_report_css_end[];

struct span html_style(void)
{
    return span_of(assay_report_css, (size_t)(assay_report_css_end - assay_report_css));
}

/* ---- escaping ------------------------------------------------------------------------ */

static const char *entity(uint32_t cp)
{
    switch (cp) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '`':
        return "&#96;";
    default:
        return NULL;
    }
}

void html_text(struct buf *b, const char *text, bool marks)
{
    bool cut;
    struct span s = pen_clip(text, &cut);
    struct pen_char c;
    for (size_t n; (n = pen_next(s, &c)); s = span_sub(s, n, s.n)) {
        const char *as = c.hidden ? NULL : entity(c.cp);
        if (c.hidden && marks)
            buf_fmt(b, "<span class=\"ch\">%s</span>", c.shown);
        else
            buf_str(b, as ? as : c.shown);
    }
    if (cut)
        buf_str(b, " \xe2\x80\xa6 (cut short here)");
}

void html_css_string(struct buf *b, const char *text)
{
    bool cut;
    struct span s = pen_clip(text, &cut);
    struct pen_char c;
    buf_char(b, '"');
    for (size_t n; (n = pen_next(s, &c)); s = span_sub(s, n, s.n)) {
        uint32_t cp = c.shown[0] == ' ' ? ' ' : c.cp;       /* a blank behind an escape would be lost */
        bool plain = c.hidden || (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z');
        if (plain)
            buf_str(b, c.shown);
        else
            buf_fmt(b, "\\%06" PRIx32, cp);
    }
    buf_char(b, '"');
}

/* ---- head ---------------------------------------------------------------------------- */

/* One drawing a state, different in shape, so that none depends on its colour. */
void html_marks(struct buf *b)
{
    static const char *const drawings[] = {
        [MARK_GOOD] = "<circle cx=\"8\" cy=\"8\" r=\"7.25\" class=\"f\"/><path d=\"m4.6 8.3 2.3 2.4 4.5-5\" class=\"h\"/>",
        [MARK_PARTLY] = "<circle cx=\"8\" cy=\"8\" r=\"6.5\" class=\"l\"/><path d=\"M8 1.5a6.5 6.5 0 0 1 0 13z\" class=\"f\"/>",
        [MARK_ASK] = "<path d=\"M8 1 15.4 14.2H.6z\" class=\"f\"/><path d=\"M8 5.6v4.2M8 11.9v.2\" class=\"h\"/>",
        [MARK_BAD] = "<path d=\"M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5z\" class=\"f\"/><path d=\"m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2\" "
                     "class=\"h\"/>",
        [MARK_UNKNOWN] = "<circle cx=\"8\" cy=\"8\" r=\"6.5\" class=\"l\"/><path d=\"M6 6.3a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 "
                         "1.5M8 11.8v.1\" class=\"l\"/>",
        [MARK_NONE] = "<circle cx=\"8\" cy=\"8\" r=\"6.5\" class=\"l\"/><path d=\"M5 8h6\" class=\"l\"/>" };
    buf_str(b, "<svg class=\"marks\" aria-hidden=\"true\" width=\"0\" height=\"0\">");
    for (size_t i = 0; i < sizeof drawings / sizeof *drawings; i++)
        buf_fmt(b, "<symbol id=\"m-%s\" viewBox=\"0 0 16 16\">%s</symbol>", pen_mark_name((enum pen_mark)i), drawings[i]);
    buf_str(b, "</svg>\n");
}

/* What stands at the edges of each printed page. */
static void put_edges(struct buf *b, const char *title, const char *kicker, const char *foot)
{
    buf_str(b, "@page{@top-left{content:");
    html_css_string(b, kicker);
    buf_str(b, "}@top-right{content:");
    html_css_string(b, title);
    buf_str(b, "}@bottom-left{content:");
    html_css_string(b, foot);
    buf_str(b, "}}\n");
}

void html_head(struct buf *b, const char *title, const char *kicker, const char *foot)
{
    buf_str(b, "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"referrer\" content=\"no-referrer\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
               "img-src data:; base-uri 'none'; form-action 'none'\">\n<title>");
    html_text(b, title, false);
    buf_str(b, " \xe2\x80\x93 ");
    html_text(b, kicker, false);
    buf_str(b, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n");
    buf_span(b, html_style());
    put_edges(b, title, kicker, foot);
    buf_str(b, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#report\">Skip to the verdict</a>\n");
    html_marks(b);
    buf_str(b, "<header>\n<p class=\"kicker\">");
    html_text(b, kicker, true);
    buf_str(b, "</p>\n<h1>");
    html_text(b, title, true);
    buf_str(b, "</h1>\n");
}

/* ---- evidence ------------------------------------------------------------------------ */

static void put_one(struct pen *p, const struct evidence *ev)
{
    char place[SAY_BYTES];
    bool own = strncmp(ev->path, "catalogue:", 10) != 0;
    const char *revision = own ? p->revision : ev->revision;
    buf_str(p->b, "<li><code>");
    html_text(p->b, ev->path, true);
    buf_fmt(p->b, "</code>, %s", say_place(ev, place));
    if (ev->line_from)
        buf_fmt(p->b, ", bytes %" PRIu64 " to %" PRIu64, ev->byte_from, ev->byte_to);
    if (revision && revision[0]) {
        buf_str(p->b, ", revision <code>");
        html_text(p->b, revision, true);
        buf_str(p->b, "</code>");
    }
    if (ev->sha256) {
        buf_str(p->b, "<br><code class=\"sha\">sha256 ");
        html_text(p->b, ev->sha256, true);
        buf_str(p->b, "</code>");
    }
    buf_str(p->b, "</li>");
}

void html_proof(struct pen *p, const struct pen_proof *proof)
{
    char place[SAY_BYTES], digits[NUM_TEXT_BYTES];
    const struct evidence *first = proof->evidence[0];
    buf_str(p->b, "<details class=\"ev\"><summary><span class=\"vh\">Evidence: </span>");
    html_text(p->b, first->path, true);
    buf_fmt(p->b, ", %s", say_place(first, place));
    if (first->sha256)
        buf_fmt(p->b, " <span class=\"sha\">%.8s</span>", first->sha256);
    if (proof->n > 1)
        buf_fmt(p->b, " and %zu more", proof->n - 1);
    buf_str(p->b, "</summary><ul>");
    for (size_t i = 0; i < proof->n && i < PEN_PROOFS; i++)
        put_one(p, proof->evidence[i]);
    if (proof->n > PEN_PROOFS)
        buf_fmt(p->b, "<li>and %zu more, in the JSON report</li>", proof->n - PEN_PROOFS);
    buf_str(p->b, "</ul>");
    if (proof->method[0]) {
        buf_str(p->b, "<p>How it is known: ");
        html_text(p->b, proof->method, true);
        if (proof->confidence >= 0 && num_format(proof->confidence, 2, digits))
            buf_fmt(p->b, ", confidence %s", digits);
        buf_str(p->b, "</p>");
    }
    buf_str(p->b, "</details>");
}
