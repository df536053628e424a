// SPDX-License-Identifier: Apache-2.0
/* OpenVINO's IR and PMML: what their loaders do with an element.
 *
 *     <net version="11"> <layers> <layer type="Const" version="opset1"> <data element_type="f32" shape="4, 4" offset="0"
 *                                                                             size="64"/>      of the .bin beside it
 *     <PMML> <DefineFunction name="f"> ... <Apply function="f">   a standard one, one of the document, or a class of Java
 *
 * Sources: the files that OpenVINO 2026.4 writes; PMML 4.4, "Built-in functions". */
#include <stdlib.h>
#include "scan/openvino_ops.h"
#include "scan/xml_walk.h"

static int by_text(const void *key, const void *item)
{
    return span_order(*(const struct span *)key, span_str(*(const char *const *)item));
}

static bool is_listed(struct span name, const char *const *sorted, size_t n)
{
    return bsearch(&name, sorted, n, sizeof *sorted, by_text) != NULL;
}

/* Decimal digits and nothing else, below 2^63. */
static bool number(struct span s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return s.n > 0 && s.n <= 18;
}

/* ---- OpenVINO ----------------------------------------------------------------------------- */

/* "opset" and a number. */
static bool is_opset(struct span v)
{
    uint64_t n;
    return span_starts(v, "opset") && number(span_sub(v, 5, v.n), &n);
}

static void layer(struct xml_walk *w)
{
    struct span type = xml_attr(&w->x, "type"), version = xml_attr(&w->x, "version"), name = xml_attr(&w->x, "name");
    w->is_const = span_is(type, "Const");
    if (w->old_ir || w->rc ||
        (is_opset(version) && is_listed(type, openvino_ops, sizeof openvino_ops / sizeof *openvino_ops)))
        return;
    w->rc = scan_find(w->s, w->n, RULE_OPENVINO_OPERATOR, w->x.at, w->e, "layer \"%.*s\" needs operator \"%.*s\" of \"%.*s\"",
                      (int)(name.n > 80 ? 80 : name.n), name.p ? (const char *)name.p : "", (int)(type.n > 80 ? 80 : type.n),
                      type.p ? (const char *)type.p : "", (int)(version.n > 80 ? 80 : version.n),
                      version.p ? (const char *)version.p : "");
}

/* Bits of an element; 0: a type whose packing is not counted here. */
static unsigned element_bits(struct span type)
{
    static const struct { const char *name; unsigned bits; } types[] = {
        { "f64", 64 }, { "i64", 64 }, { "u64", 64 }, { "f32", 32 }, { "i32", 32 }, { "u32", 32 }, { "f16", 16 }, { "bf16", 16 },
        { "i16", 16 }, { "u16", 16 }, { "i8", 8 }, { "u8", 8 }, { "boolean", 8 }, { "f8e4m3", 8 }, { "f8e5m2", 8 },
        { "f8e8m0", 8 }, { "i4", 4 }, { "u4", 4 }, { "nf4", 4 }, { "f4e2m1", 4 }, { "u2", 2 }, { "u1", 1 },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_is(type, types[i].name))
            return types[i].bits;
    return 0;
}

/* "4, 4" and an element's bits as bytes. False: no such shape, or a product that overflows. */
static bool bytes_of(struct span shape, unsigned bits, uint64_t *out)
{
    uint64_t n = 1, dim;
    for (size_t at = 0; at < shape.n;) {
        const uint8_t *comma = memchr(shape.p + at, ',', shape.n - at);
        size_t end = comma ? (size_t)(comma - shape.p) : shape.n;
        while (at < end && shape.p[at] == ' ')
            at++;
        if (!number(span_sub(shape, at, end - at), &dim) || __builtin_mul_overflow(n, dim, &n))
            return false;
        at = end + 1;
    }
    if (__builtin_mul_overflow(n, bits, &n) || n > UINT64_MAX - 7)
        return false;
    *out = (n + 7) / 8;
    return true;
}

/* An element that says where its bytes lie in the file of weights. */
static void weights(struct xml_walk *w, struct span offset, struct span size)
{
    struct span type = xml_attr(&w->x, "element_type"), shape = xml_attr(&w->x, "shape");
    unsigned bits = element_bits(type);
    uint64_t from, bytes, want;
    if (!number(offset, &from) || !number(size, &bytes)) {
        xml_found(w, RULE_GRAPH_MALFORMED, w->x.at, "a place of weights that is no number:",
                  number(offset, &from) ? size : offset);
        return;
    }
    if (w->weights_bytes < from + bytes)    /* both are below 10^18 */
        w->weights_bytes = from + bytes;
    if (w->is_const && bits && shape.p && (!bytes_of(shape, bits, &want) || want != bytes))
        xml_found(w, RULE_GRAPH_MALFORMED, w->x.at, "weights whose size is not that of their shape", shape);
}

void xml_openvino(struct xml_walk *w)
{
    struct span name = w->x.name, offset = xml_attr(&w->x, "offset"), size = xml_attr(&w->x, "size");
    uint64_t version;
    if (w->x.depth == 1 && (!number(xml_attr(&w->x, "version"), &version) || version < 10)) {
        w->old_ir = true;
        xml_found(w, RULE_XML_UNKNOWN, w->x.at, "an OpenVINO model before version 10, whose layers are not looked up",
                  SPAN_NONE);
    }
    if (span_is(name, "layer"))
        layer(w);
    else if (offset.p && size.p)
        weights(w, offset, size);
}

/* ---- PMML --------------------------------------------------------------------------------- */

static const char *const functions[] = {
    "*", "+", "-", "/", "abs", "acos", "and", "asin", "atan", "avg", "ceil", "concat", "cos", "cosh",
    "dateDaysSinceYear", "dateSecondsSinceMidnight", "dateSecondsSinceYear", "equal", "erf", "exp", "expm1", "floor",
    "formatDatetime", "formatNumber", "greaterOrEqual", "greaterThan", "hypot", "if", "isIn", "isInvalid", "isMissing",
    "isNotIn", "isNotMissing", "isNotValid", "isValid", "lessOrEqual", "lessThan", "ln", "ln1p", "log10", "lowercase",
    "matches", "max", "median", "min", "modulo", "normalCDF", "normalIDF", "normalPDF", "not", "notEqual", "or", "pow",
    "product", "replace", "rint", "round", "sin", "sinh", "sqrt", "stdNormalCDF", "stdNormalIDF", "stdNormalPDF",
    "stringLength", "substring", "sum", "tan", "tanh", "threshold", "trimBlanks", "uppercase",
};

static bool is_defined(const struct xml_walk *w, struct span name)
{
    for (size_t i = 0; i < w->n_functions; i++)
        if (span_eq(w->functions[i], name))
            return true;
    return false;
}

static void define(struct xml_walk *w, struct span name)
{
    if (w->rc || w->n_functions >= PMML_FUNCTIONS_MAX)
        return;                             /* then a call of it is for review, which is the safe side */
    char *copy = arena_strn(&w->a, name.p, name.n);
    if (!copy)
        w->rc = err_memory(w->e);
    else
        w->functions[w->n_functions++] = span_of(copy, name.n);
}

void xml_pmml(struct xml_walk *w)
{
    struct span name = xml_local(w->x.name), function = xml_attr(&w->x, "function");
    if (span_is(name, "DefineFunction"))
        define(w, xml_attr(&w->x, "name"));
    else if (span_is(name, "Apply") && function.n &&
             !is_listed(function, functions, sizeof functions / sizeof *functions) && !is_defined(w, function))
        xml_found(w, RULE_PMML_FUNCTION, w->x.at, "calls", function);
    else if (span_is(name, "Extension"))
        xml_found(w, RULE_PMML_EXTENSION, w->x.at, "an extension, called", xml_attr(&w->x, "name"));
    else if (span_is(name, "TableLocator"))
        xml_found(w, RULE_XML_REFERENCE, w->x.at, "has its reader fetch a table from elsewhere", SPAN_NONE);
}
