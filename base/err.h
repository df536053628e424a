// SPDX-License-Identifier: Apache-2.0
/* base/err.h - one table of errors, one struct that carries them.
 *
 * A function that can fail returns 0 or a negative code from ERR_MAP and, when the
 * caller passed a struct err, says what failed, where, and what may help:
 *
 *     model.gguf: byte 24: metadata claims 9000000000 keys     (path: position: message)
 *       hint: the file may be cut short                        (hint, optional)
 *
 * The struct is the caller's, fixed in size, needs no heap, and may be NULL. The same
 * table gives the exit status of the program and the HTTP status of the server.
 * Messages: lower case, what failed first, the subject in quotes, no full stop. */
#ifndef ASSAY_BASE_ERR_H
#define ASSAY_BASE_ERR_H
#include <stdint.h>

/*   name               exit  http  text */
#define ERR_MAP(X)                                                     \
    X(ERR_USAGE,           2,  400, "wrong use of the command")        \
    X(ERR_FORMAT,          3,  422, "malformed input")                 \
    X(ERR_UNSAFE,          3,  422, "unsafe input")                    \
    X(ERR_NOT_FOUND,       4,  404, "not found")                       \
    X(ERR_DENIED,          5,  403, "denied by policy")                \
    X(ERR_VERIFY,          6,  409, "verification failed")             \
    X(ERR_IO,              7,  500, "input or output failed")          \
    X(ERR_NET,             8,  502, "network or provider failed")      \
    X(ERR_LIMIT,           9,  413, "over a limit")                    \
    X(ERR_MEMORY,          9,  503, "out of memory")                   \
    X(ERR_BUG,            70,  500, "a bug in assay")                  \
    X(ERR_INTERRUPTED,   130,  499, "interrupted")

enum err_index {
#define X(name, exit_status, http_status, text) name##_INDEX,
    ERR_MAP(X)
#undef X
    ERR_COUNT
};

enum err_code {
    ERR_OK = 0,
#define X(name, exit_status, http_status, text) name = -1 - name##_INDEX,
    ERR_MAP(X)
#undef X
};

enum err_at { ERR_AT_NOTHING, ERR_AT_BYTE, ERR_AT_LINE };

struct err {
    int code;
    enum err_at at;
    uint64_t pos;               /* byte offset from 0, or line from 1 */
    char path[512];             /* the file, "" when the caller has not named it yet */
    char msg[320];
    char hint[200];
};

/* Each returns `code`, so that a failure is one statement. `e` may be NULL. */
int err_set(struct err *e, int code, uint64_t byte, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int err_line(struct err *e, int code, uint64_t line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int err_plain(struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int err_memory(struct err *e);

/* Add a hint to, or name the file of, an error that is already set. The first path
 * stays: the innermost caller knows best. Returns e's code, ERR_OK for NULL. */
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_path(struct err *e, const char *path);

/* Look up one column of the table. `code` 0 gives "ok", 0 and 200. */
const char *err_name(int code);
const char *err_text(int code);
int err_exit_status(int code);
int err_http_status(int code);

#endif
