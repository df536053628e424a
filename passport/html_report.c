// SPDX-License-Identifier: Apache-2.0
#include "passport/html_report.h"

#include "passport/html_int.h"
#include "passport/report_body.h"

static void begin(struct pen *p, const char *title, const char *kicker, const char *foot)
{
    html_head(p->b, title, kicker, foot);
}

static void end(struct pen *p)
{
    buf_str(p->b, "</main>\n</body>\n</html>\n");
}

static void contents(struct pen *p, const struct pen_contents *items, size_t n)
{
    buf_str(p->b, "</header>\n<nav aria-label=\"Contents\">\n<ol>\n");
    for (size_t i = 0; i < n; i++)
        buf_fmt(p->b, "<li><a href=\"#%s\">%s</a></li>\n", items[i].id, items[i].title);
    buf_str(p->b, "</ol>\n</nav>\n<main id=\"report\" tabindex=\"-1\">\n");
}

static void open_section(struct pen *p, const char *id, const char *title)
{
    buf_fmt(p->b, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\"><span class=\"no\">%u</span> ", id, id,
            id, p->n_sections);
    html_text(p->b, title, true);
    buf_str(p->b, "</h2>\n");
}

/* On a phone a row becomes a block, and each cell shows its column's title; the roles keep it a table. */
static void open_cell(struct pen *p)
{
    const struct pen_column *column = p->in && p->cell < p->in->n ? &p->in->columns[p->cell] : NULL;
    buf_str(p->b, p->cell ? "<td role=\"cell\" data-l=\"" : "<th scope=\"row\" role=\"rowheader\" data-l=\"");
    html_text(p->b, column ? column->title : "", false);
    buf_fmt(p->b, "\"%s>", column && column->number ? " class=\"n\"" : "");
}

static void open_block(struct pen *p, enum pen_block what, const char *one, const char *two)
{
    static const char *const tags[] = {
        [PEN_PARA] = "<p>", [PEN_QUIET] = "<p class=\"quiet\">", [PEN_LIST] = "<ul class=\"list\">\n", [PEN_ITEM] = "<li>",
        [PEN_FACTS] = "<dl class=\"facts\">\n", [PEN_ROW] = "<tr role=\"row\">", [PEN_FOLD] = "" };
    switch (what) {
    case PEN_SECTION:
        open_section(p, one, two);
        break;
    case PEN_SUB:
        buf_str(p->b, "<h3>");
        html_text(p->b, one, true);
        buf_str(p->b, "</h3>\n");
        break;
    case PEN_PANEL:
        buf_fmt(p->b, "<div class=\"verdict %s\">\n", one);
        break;
    case PEN_FACT:
        buf_str(p->b, "<div><dt>");
        html_text(p->b, one, true);
        buf_str(p->b, "</dt><dd>");
        break;
    case PEN_CELL:
        open_cell(p);
        break;
    case PEN_FOLD:
        buf_str(p->b, "<details class=\"fold\"><summary>");
        html_text(p->b, one, true);
        buf_str(p->b, "</summary>\n");
        break;
    default:
        buf_str(p->b, tags[what]);
    }
}

static void close_block(struct pen *p, enum pen_block what)
{
    static const char *const tags[] = {
        [PEN_SECTION] = "</section>\n", [PEN_SUB] = "", [PEN_PANEL] = "</div>\n", [PEN_PARA] = "</p>\n",
        [PEN_QUIET] = "</p>\n", [PEN_LIST] = "</ul>\n", [PEN_ITEM] = "</li>\n", [PEN_FACTS] = "</dl>\n",
        [PEN_FACT] = "</dd></div>\n", [PEN_ROW] = "</tr>\n", [PEN_TABLE] = "</tbody>\n</table>\n",
        [PEN_FOLD] = "</details>\n" };
    if (what == PEN_CELL)
        buf_str(p->b, p->cell ? "</td>" : "</th>");
    else
        buf_str(p->b, tags[what]);
}

static void table(struct pen *p, const struct pen_table *t)
{
    buf_fmt(p->b, "<table class=\"t-%s\" role=\"table\">\n<caption>", t->name);
    html_text(p->b, t->caption, true);
    buf_str(p->b, "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < t->n; i++) {
        buf_fmt(p->b, "<th scope=\"col\" role=\"columnheader\"%s>", t->columns[i].number ? " class=\"n\"" : "");
        html_text(p->b, t->columns[i].title, true);
        buf_str(p->b, "</th>");
    }
    buf_str(p->b, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
}

static void put(struct pen *p, enum pen_style style, const char *text)
{
    static const struct { const char *open, *close; } tags[] = {
        [PEN_PLAIN] = { "", "" }, [PEN_STRONG] = { "<strong>", "</strong>" }, [PEN_NAME] = { "<code>", "</code>" },
        [PEN_DIGEST] = { "<code class=\"sha\">", "</code>" }, [PEN_NOTE] = { "<span class=\"note\">", "</span>" } };
    buf_str(p->b, tags[style].open);
    html_text(p->b, text, true);
    buf_str(p->b, tags[style].close);
}

static void state(struct pen *p, enum pen_mark mark, const char *word)
{
    const char *name = pen_mark_name(mark);
    buf_fmt(p->b, "<span class=\"st %s\"><svg aria-hidden=\"true\"><use href=\"#m-%s\"/></svg>", name, name);
    html_text(p->b, word, true);
    buf_str(p->b, "</span>");
}

static const struct pen_ink html = { begin, end, contents, open_block, close_block, table, put, state, html_proof };

int html_report(struct check *c, struct buf *out, struct err *e)
{
    return report_body(&html, c, out, e);
}
