// SPDX-License-Identifier: Apache-2.0
/* schema_format.c - the formats that are enforced, as patterns.
 *
 * Dates know the days of each month, and take 29 February in any year. URIs are checked for their characters and
 * shape, not for each part of RFC 3986. Source: JSON Schema 2020-12, Validation, 7.3; RFC 3339, 4122, 5321, 1123, 4291. */
#include "text/schema_int.h"

#define DATE "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
#define TIME "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
#define CLOCK "([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)"
#define BYTE "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define IPV4 BYTE "(\\." BYTE "){3}"
#define H16  "[0-9A-Fa-f]{1,4}"
#define LS32 "(" H16 ":" H16 "|" IPV4 ")"
#define LABEL "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#define URI_CHARS "([A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]-]|%[0-9A-Fa-f]{2})*"
#define IRI_CHARS \
    "([A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]\\u00A0-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFEF\\u{10000}-\\u{EFFFD}-]|%[0-9A-Fa-f]{2})*"

const char *schema_format(const char *name)
{
    static const struct { const char *name, *pattern; } formats[] = {
        { "date", "^" DATE "$" },
        { "time", "^" TIME "$" },
        { "date-time", "^" DATE "[Tt]" TIME "$" },
        { "duration", "^P(([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)(T" CLOCK ")?|T" CLOCK "|[0-9]+W)$" },
        { "uuid", "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$" },
        { "ipv4", "^" IPV4 "$" },
        { "ipv6", "^((" H16 ":){6}" LS32 "|::(" H16 ":){5}" LS32 "|(" H16 ")?::(" H16 ":){4}" LS32
                  "|((" H16 ":){0,1}" H16 ")?::(" H16 ":){3}" LS32 "|((" H16 ":){0,2}" H16 ")?::(" H16 ":){2}" LS32
                  "|((" H16 ":){0,3}" H16 ")?::" H16 ":" LS32 "|((" H16 ":){0,4}" H16 ")?::" LS32
                  "|((" H16 ":){0,5}" H16 ")?::" H16 "|((" H16 ":){0,6}" H16 ")?::)$" },
        { "email", "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@" LABEL "(\\." LABEL ")*$" },
        { "hostname", "^" LABEL "(\\." LABEL ")*$" },
        { "uri", "^[A-Za-z][A-Za-z0-9+.-]*:" URI_CHARS "$" },
        { "uri-reference", "^" URI_CHARS "$" },
        { "iri", "^[A-Za-z][A-Za-z0-9+.-]*:" IRI_CHARS "$" },
        { "iri-reference", "^" IRI_CHARS "$" },
        { "relative-json-pointer", "^(0|[1-9][0-9]*)(#|(/([^~/]|~[01])*)*)$" },
        { "json-pointer", "^(/([^~/]|~[01])*)*$" },
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(name, formats[i].name))
            return formats[i].pattern;
    return NULL;
}

bool schema_format_refused(const char *name)
{
    static const char *const names[] = { "regex", "idn-email", "idn-hostname", "uri-template" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}
