// SPDX-License-Identifier: Apache-2.0
/* text/jinja_filter_int.h - the filters of sequences (jinja_filter_seq.c), which the table of jinja_filter.c names. */
#ifndef ASSAY_TEXT_JINJA_FILTER_INT_H
#define ASSAY_TEXT_JINJA_FILTER_INT_H
#include "text/jinja_run_int.h"

struct jv filter_batch(struct jrun *r, const struct jargs *a);
struct jv filter_dictsort(struct jrun *r, const struct jargs *a);
struct jv filter_first(struct jrun *r, const struct jargs *a);
struct jv filter_groupby(struct jrun *r, const struct jargs *a);
struct jv filter_items(struct jrun *r, const struct jargs *a);
struct jv filter_join(struct jrun *r, const struct jargs *a);
struct jv filter_last(struct jrun *r, const struct jargs *a);
struct jv filter_length(struct jrun *r, const struct jargs *a);
struct jv filter_list(struct jrun *r, const struct jargs *a);
struct jv filter_map(struct jrun *r, const struct jargs *a);
struct jv filter_max(struct jrun *r, const struct jargs *a);
struct jv filter_min(struct jrun *r, const struct jargs *a);
struct jv filter_reject(struct jrun *r, const struct jargs *a);
struct jv filter_rejectattr(struct jrun *r, const struct jargs *a);
struct jv filter_reverse(struct jrun *r, const struct jargs *a);
struct jv filter_select(struct jrun *r, const struct jargs *a);
struct jv filter_selectattr(struct jrun *r, const struct jargs *a);
struct jv filter_slice(struct jrun *r, const struct jargs *a);
struct jv filter_sort(struct jrun *r, const struct jargs *a);
struct jv filter_sum(struct jrun *r, const struct jargs *a);
struct jv filter_unique(struct jrun *r, const struct jargs *a);

#endif
