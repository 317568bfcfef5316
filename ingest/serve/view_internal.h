/* What a view is made of; shared by its builder and its readers. */
#ifndef SIFT_INGEST_SERVE_VIEW_INTERNAL_H
#define SIFT_INGEST_SERVE_VIEW_INTERNAL_H

#include "ingest/serve/shelf.h"
#include "ingest/serve/view.h"

struct sift_view {
  unsigned refs; /* atomic */
  struct sift_view_rules rules;
  struct sift_shelf *base;
  struct sift_shelf *overlay; /* NULL: none */
  struct sift_shelf *told;    /* what the facts add; NULL: nothing */
  int64_t told_ns;            /* of what undated facts are there, until they are read: sift_view_redate() */
  struct sift_factbox *facts; /* NULL: none */
  struct sift_pagebox *page;  /* NULL: none */
  struct sift_fleet fleet;    /* of all three */
  struct sift_incidents incidents;
  struct sift_summary summary;
  struct sift_crowd crowd; /* of all three */
  int64_t now_ns;
  bool watched; /* that time is the clock's */
  uint64_t *class_hits;
  struct sift_arena arena; /* of the index: names and classes */
  struct sift_view_entry *entries;
  size_t entry_count, entry_capacity;
};

/* What triage is to know besides the logs. Borrows from the view. */
struct sift_scene sift_view_scene(const struct sift_view *view);

enum { SIFT_VIEW_SHELVES = 3 };

/* The facts' shelf, read as of the view's time. Zeroed but for `view` and the cursor's shelf. */
struct sift_view_told {
  const struct sift_view *view;
  struct sift_shelf_cursor cursor;
  struct sift_space space; /* private: the last one, dated anew */
  struct sift_evidence *evidence;
  uint32_t capacity;
};
void sift_view_told_release(struct sift_view_told *told);

/* In place of a Space that the cursor gave: what undated facts tell is of the view's time. Borrowed until the next. SIFT_ENOMEM. */
enum sift_status sift_view_redate(struct sift_view_told *told, const struct sift_space **space);
struct sift_state_source sift_view_told_source(struct sift_view_told *told);

/* All shelves of a view as one. */
struct sift_view_pass {
  struct sift_shelf_cursor cursors[2];
  struct sift_view_told told;
  struct sift_state_merger *logs;   /* base and overlay, of which the cap on Spaces speaks */
  struct sift_state_merger *joined; /* with the facts; NULL: there are none */
  struct sift_state_merger *merger; /* to read from: one of them */
};
enum sift_status sift_view_pass_open(struct sift_view_pass *pass, const struct sift_view *view, uint64_t spaces_max);
void sift_view_pass_close(struct sift_view_pass *pass); /* whatever opening came to */

/* Merges a shelf (or none) with runs into a new one. Runs of other rules are kept out. */
enum sift_status sift_view_fold(struct sift_shelf **out, const struct sift_shelf *base, const struct sift_run *runs, size_t count,
                                const struct sift_view_rules *rules, uint64_t spaces_max);

/* ---- view_outside.c ---- */

/* What the facts add, as of the view's time: its shelf. */
enum sift_status sift_view_tell(struct sift_view *view, const struct sift_view_input *input);

/* Where the Spaces stand, once all shelves are there. */
enum sift_status sift_view_count(struct sift_view *view, const struct sift_view_input *input);

/* Takes what the facts' messages hit out of the counts of hits. */
enum sift_status sift_view_untell_hits(struct sift_view *view);

/* `count` Spaces of one name as one, in memory of the arena, which is reset. SIFT_ENOMEM. */
enum sift_status sift_view_merge(struct sift_space *out, struct sift_arena *arena, const struct sift_space *const *spaces,
                                 size_t count);

#endif
