// SPDX-License-Identifier: Apache-2.0
/* The names a template may know. What is on no list is not harmless. */
#include "scan/template_int.h"

#define IN(name, list) in_list(name, list, sizeof(list) / sizeof *(list))

static bool in_list(struct span name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(name, list[i]))
            return true;
    return false;
}

/* Jinja's own that give text or lists, and what loaders add (transformers, vLLM, llama.cpp). */
enum template_name template_global(struct span name)
{
    static const char *const harmless[] = {
        "raise_exception", "strftime_now", "namespace", "range", "dict", "joiner", "cycler", "caller", "loop", "super",
        "tojson",
    };
    static const char *const dangerous[] = {
        "__import__", "breakpoint", "chr", "compile", "delattr", "dir", "eval", "exec", "get_flashed_messages", "getattr",
        "globals", "input", "locals", "open", "setattr", "url_for", "vars",
    };
    return IN(name, harmless) ? NAME_HARMLESS : IN(name, dangerous) ? NAME_DANGEROUS : NAME_UNKNOWN;
}

/* Of strings, lists and dictionaries; none of them leads out of its value. */
enum template_name template_method(struct span name)
{
    static const char *const harmless[] = {
        "append", "capitalize", "center", "copy", "count", "endswith", "expandtabs", "extend", "find", "format", "get",
        "index", "insert", "isalnum", "isalpha", "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "istitle",
        "isupper", "items", "join", "keys", "ljust", "lower", "lstrip", "partition", "pop", "removeprefix",
        "removesuffix", "replace", "reverse", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "setdefault",
        "sort", "split", "splitlines", "startswith", "strftime", "strip", "swapcase", "title", "update", "upper",
        "values", "zfill",
    };
    static const char *const dangerous[] = {
        "Popen", "call", "check_call", "check_output", "eval", "exec", "execl", "execv", "fork", "getoutput", "import_module",
        "import_string", "load_module", "open", "popen", "run", "spawn", "system", "unlink", "urlopen",
    };
    return IN(name, harmless) ? NAME_HARMLESS : IN(name, dangerous) ? NAME_DANGEROUS : NAME_UNKNOWN;
}

/* Jinja's own but attr, which is judged apart. */
bool template_filter_known(struct span name)
{
    static const char *const known[] = {
        "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "filesizeformat",
        "first", "float", "forceescape", "format", "from_json", "fromjson", "groupby", "indent", "int", "items", "join",
        "last", "length", "list", "lower", "map", "max", "min", "pprint", "random", "reject", "rejectattr", "replace",
        "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title",
        "tojson", "trim", "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap", "xmlattr",
    };
    return IN(name, known);
}

bool template_is_callable_global(struct span name)
{
    static const char *const names[] = {
        "cycler", "dict", "get_flashed_messages", "joiner", "lipsum", "namespace", "raise_exception", "range", "self",
        "strftime_now", "super", "url_for",
    };
    return IN(name, names);
}

bool template_is_server_object(struct span name)
{
    static const char *const names[] = { "app", "config", "current_app", "environ", "request", "session" };
    return IN(name, names);
}

bool template_has_dunder(struct span t)
{
    for (size_t i = 0; i + 4 < t.n; i++) {
        if (t.p[i] != '_' || t.p[i + 1] != '_')
            continue;
        size_t k = i + 2;
        while (k < t.n && ((t.p[k] | 32) >= 'a') && ((t.p[k] | 32) <= 'z'))
            k++;
        if (k > i + 2 && k + 1 < t.n && t.p[k] == '_' && (t.p[k + 1] == '_' || (t.p[k + 1] | 32) >= 'a'))
            return true;                    /* __class__, __reduce_ex__ */
    }
    return false;
}

bool template_name_escapes(struct span name)
{
    static const char *const inner[] = {    /* what Jinja's sandbox calls internal */
        "ag_code", "ag_frame", "cr_code", "cr_frame", "f_back", "f_builtins", "f_code", "f_globals", "f_locals",
        "func_closure", "func_code", "func_defaults", "func_globals", "gi_code", "gi_frame", "im_class", "im_func",
        "im_self", "mro", "tb_frame", "tb_next",
    };
    bool ends = name.n >= 2 && name.p[name.n - 1] == '_' && name.p[name.n - 2] == '_';
    return span_starts(name, "__") || ends || template_has_dunder(name) || IN(name, inner);
}
