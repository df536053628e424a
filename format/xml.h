// SPDX-License-Identifier: Apache-2.0
/* format/xml.h - XML 1.0, one event at a time, read strictly; nothing outside the document is ever followed.
 *
 *     <?xml version="1.0"?> <!DOCTYPE net> <net a="1">  text  <b/>  <!-- c --> </net>
 *                           DOCTYPE        START        TEXT  START COMMENT    STOP   END
 *                                                             STOP
 *
 * UTF-8, or UTF-16 with its byte order mark, which is made UTF-8 first; no other encoding. Every character is checked.
 * The five entities and numbers are resolved; any other entity is an error, whatever a DOCTYPE declares: `declares` says
 * that there is one that declares something, and that another reader may then see more attributes and texts than this one.
 * Texts end at each markup, CDATA is text, line ends are \n, tabs and line ends in attributes are blanks. Names may
 * have one colon; namespaces are the caller's. Refused though XML has them: version 1.1, names with letters of scripts
 * that the table in xml_chars.c lacks, line ends in the identifiers of a DOCTYPE.
 *
 * Spans borrow from the input or from the arena: attributes and texts stand until the next call, all else stays.
 * Memory: the largest text or tag with a reference in it, four times; all of a document in UTF-16, as UTF-8.
 * Source: XML 1.0, fifth edition; names as in the fourth, which is what parsers in use take. */
#ifndef ASSAY_FORMAT_XML_H
#define ASSAY_FORMAT_XML_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum {
    XML_DEPTH_MAX = 1024, XML_ATTRS_MAX = 256, XML_NAME_MAX = 1024,
    XML_VALUE_MAX = 32 << 20,               /* bytes of one text, comment or tag */
    XML_WIDE_MAX = 64 << 20                 /* of a document in UTF-16 */
};
#define XML_BYTES_MAX ((uint64_t)4 << 30)

enum xml_kind { XML_START, XML_STOP, XML_TEXT, XML_COMMENT, XML_INSTRUCTION, XML_DOCTYPE, XML_END };

struct xml_attr { struct span name, value; uint64_t at; };      /* at: of the name, in the file */

struct xml {
    enum xml_kind kind;                     /* what the last xml_next found */
    uint64_t at;                            /* where it begins, in the file */
    struct span name;                       /* of an element, a DOCTYPE, the target of an instruction */
    struct span text;                       /* of a text, a comment, an instruction; of a DOCTYPE what stands in [ ] */
    struct xml_attr *attrs;                 /* of a START */
    size_t n_attrs;
    bool external;                          /* the DOCTYPE names a file or an address: */
    struct span public_id, system_id;
    bool declares;                          /* it declares something in [ ] */
    size_t depth;                           /* elements open; a START counts itself, a STOP no longer */
    /* private */
    struct span in;                         /* UTF-8, behind the byte order mark */
    size_t pos;
    unsigned bom;                           /* bytes of the mark */
    bool wide, root_seen, doctype_seen, closing;
    size_t mapped_pos;                      /* wide: a place in `in`, and the same one in the file */
    uint64_t mapped_at;
    struct span *open;                      /* names of open elements */
    struct arena *a;
    char *scratch;                          /* decoded texts of this event */
    size_t scratch_n, scratch_cap;
    int rc;                                 /* the error that ended it; it stays */
};

/* A declaration of an entity in the [ ] of a DOCTYPE, or a reference there to one. */
struct xml_entity {
    struct span name, value, system_id;     /* value: as it stands, references in it unresolved */
    bool parameter, external, reference;    /* reference: %name; itself */
    size_t at;                              /* in the subset */
};

/* Begin: byte order mark, encoding, XML declaration. `in` and `a` must outlive x.
 * Fails: ERR_FORMAT with the byte, ERR_LIMIT, ERR_MEMORY. O(1), O(n) for UTF-16. */
int xml_open(struct span in, struct arena *a, struct xml *x, struct err *e);

/* The next event; behind XML_END it stays there. Fails as xml_open; the error stays. All calls together: O(n). */
int xml_next(struct xml *x, struct err *e);

/* The next entity in the subset of a DOCTYPE from *pos on. False: there is none. */
bool xml_entity_next(struct span subset, size_t *pos, struct xml_entity *out);

/* Where in the file a span of this event stands: of a name, a DOCTYPE; of what was decoded, where the event begins. */
uint64_t xml_place(struct xml *x, struct span part);

/* The part of a name behind its colon; all of it when there is none. And what an attribute says, SPAN_NONE without. */
struct span xml_local(struct span name);
struct span xml_attr(const struct xml *x, const char *name);

#endif
