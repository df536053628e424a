// SPDX-License-Identifier: Apache-2.0
/* strftime of Python in its C locale, for a time that the caller gave. */
#include <stdio.h>

#include "text/jinja_run_int.h"

static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July", "August",
                                      "September", "October", "November", "December" };

static int wrap(int i, int n)
{
    return i >= 0 && i < n ? i : 0;
}

/* The number that a letter tells, and its digits; false: it tells none. */
static bool number_of(const struct tm *t, char letter, int *value, int *digits)
{
    int hour = t->tm_hour % 12 ? t->tm_hour % 12 : 12, monday = (t->tm_wday + 6) % 7;
    *digits = 2;
    switch (letter) {
    case 'd': *value = t->tm_mday; return true;
    case 'H': *value = t->tm_hour; return true;
    case 'I': *value = hour; return true;
    case 'j': *value = t->tm_yday + 1; *digits = 3; return true;
    case 'm': *value = t->tm_mon + 1; return true;
    case 'M': *value = t->tm_min; return true;
    case 'S': *value = t->tm_sec; return true;
    case 'u': *value = monday + 1; *digits = 1; return true;
    case 'w': *value = t->tm_wday; *digits = 1; return true;
    case 'U': *value = (t->tm_yday + 7 - t->tm_wday) / 7; return true;
    case 'W': *value = (t->tm_yday + 7 - monday) / 7; return true;
    case 'y': *value = (t->tm_year + 1900) % 100; return true;
    case 'C': *value = (t->tm_year + 1900) / 100; return true;
    case 'Y': *value = t->tm_year + 1900; *digits = 1; return true;
    case 'f': *value = 0; *digits = 6; return true;     /* the caller's time has no parts of a second */
    default: return false;
    }
}

/* What a letter is short for. */
static const char *longer(char letter)
{
    switch (letter) {
    case 'c': return "%a %b %e %H:%M:%S %Y";
    case 'D': case 'x': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'R': return "%H:%M";
    case 'r': return "%I:%M:%S %p";
    case 'T': case 'X': return "%H:%M:%S";
    default: return NULL;
    }
}

/* Names, and what is padded with blanks. False: the letter is none of these. */
static bool put_word(struct jtext *t, const struct tm *now, char letter)
{
    char text[24];
    const char *day = days[wrap(now->tm_wday, 7)], *month = months[wrap(now->tm_mon, 12)];
    int hour = now->tm_hour % 12 ? now->tm_hour % 12 : 12;
    switch (letter) {
    case 'a': jtext_put(t, day, 3, false); return true;
    case 'A': jtext_str(t, day, false); return true;
    case 'b': case 'h': jtext_put(t, month, 3, false); return true;
    case 'B': jtext_str(t, month, false); return true;
    case 'p': jtext_str(t, now->tm_hour < 12 ? "AM" : "PM", false); return true;
    case 'n': jtext_char(t, '\n', false); return true;
    case 't': jtext_char(t, '\t', false); return true;
    case '%': jtext_char(t, '%', false); return true;
    case 'Z': case 'z': return true;            /* a time without a zone prints nothing */
    case 'e': case 'k': case 'l':
        (void)snprintf(text, sizeof text, "%2d", letter == 'e' ? now->tm_mday : letter == 'k' ? now->tm_hour : hour);
        jtext_str(t, text, false);
        return true;
    default: return false;
    }
}

static void put_letter(struct jtext *t, const struct tm *now, char letter)
{
    char text[24];
    int value, digits;
    const char *form = longer(letter);
    if (form) {
        for (; *form; form++)
            if (*form == '%')
                put_letter(t, now, *++form);
            else
                jtext_char(t, *form, false);
    } else if (number_of(now, letter, &value, &digits)) {
        (void)snprintf(text, sizeof text, "%0*d", digits, value);
        jtext_str(t, text, false);
    } else if (!put_word(t, now, letter)) {
        jr_fail(t->r, ERR_FORMAT, "strftime_now does not know the letter 0x%02x", (unsigned char)letter);
    }
}

struct jv jr_strftime(struct jrun *r, const struct jstr *format)
{
    struct jtext t;
    if (!r->now)
        return jr_fail(r, ERR_FORMAT, "the template asks for the time, and none was given");
    jtext_init(&t, r, 0);
    for (size_t i = 0; i < format->n && jr_spend(r, 1); i++) {
        if (format->p[i] != '%' || i + 1 == format->n)
            jtext_part(&t, format, i, i + 1);
        else if (format->p[i + 1] == '-' && i + 2 < format->n) {        /* glibc: without leading zeros */
            char text[24];
            int value, digits;
            i += 2;
            if (!number_of(r->now, (char)format->p[i], &value, &digits))
                return jr_fail(r, ERR_FORMAT, "strftime_now does not know the letter 0x%02x", format->p[i]);
            (void)snprintf(text, sizeof text, "%d", value);
            jtext_str(&t, text, false);
        } else {
            put_letter(&t, r->now, (char)format->p[++i]);
        }
    }
    return jv_str(jtext_done(&t));
}
