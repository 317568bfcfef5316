/* The fleet at one moment: mergeable, triaged, indexed, immutable; built aside, read by any number of threads. */
#ifndef SIFT_INGEST_SERVE_VIEW_H
#define SIFT_INGEST_SERVE_VIEW_H

#include "engine/report.h"
#include "engine/state.h"
#include "engine/worker.h"
#include "ingest/serve/factbox.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the tallies were made with. `ruleset` and `header` are borrowed and must live as long as `owner` is held: a view calls
 * acquire(owner) when it is built and release(owner) when it goes, in whatever thread that is. Both may be NULL where the
 * rules outlive all views. */
struct sift_view_rules {
  const struct sift_ruleset *ruleset;
  const struct sift_state_header *header;
  const struct sift_database *database; /* borrowed alike; only needed where facts are given */
  void *owner;
  void (*acquire)(void *owner);
  void (*release)(void *owner);
};

/* What a view is built of. All is borrowed for the call. */
struct sift_view_input {
  struct sift_view *base; /* NULL: nothing so far. Of the same rules, else SIFT_EVERSION */
  const struct sift_run *runs;
  size_t run_count; /* 0: the base is triaged anew; its Spaces are shared, not copied */
  /* Evidence of build steps that are still open, as if undemoted: triage counts it, the next view's base does not hold it. */
  const struct sift_run *overlay;
  size_t overlay_count;
  /* What is known from outside the logs; the view holds both. NULL: nothing. Facts are judged and counted as an overlay is, and
   * stand in no state that the view writes. Of the same facts the base's share is taken over. */
  struct sift_factbox *facts;
  struct sift_pagebox *page;
  struct sift_view_rules rules;
  uint64_t spaces_max; /* as in sift_state_merger_new(), of the logs: facts hold their Spaces in memory already */
  int64_t now_ns;      /* of which verdicts and summary speak; SIFT_TIME_NONE: the newest time of a hit */
};

/* One holder more or less; any thread. The last release frees. NULL is fine for release. */
struct sift_view;
struct sift_view *sift_view_acquire(struct sift_view *view);
void sift_view_release(struct sift_view *view);

/* SIFT_OK and a view with one reference; else *out is NULL: SIFT_ENOMEM, SIFT_EVERSION where runs are of other rules,
 * SIFT_ECORRUPT and the like where a run is no sound state (a checkpoint may be given as a run). */
enum sift_status sift_view_build(struct sift_view **out, const struct sift_view_input *input);

/* All borrowed from the view. The fleet and what follows from it hold the share of the overlay and of the facts. */
const struct sift_ruleset *sift_view_ruleset(const struct sift_view *view);
const struct sift_fleet *sift_view_fleet(const struct sift_view *view);
const struct sift_incidents *sift_view_incidents(const struct sift_view *view);
const struct sift_summary *sift_view_summary(const struct sift_view *view);
int64_t sift_view_now(const struct sift_view *view);
/* Hits so far by class index, marks and demoted ones included, without those of facts: they only grow while the rules stay. */
const uint64_t *sift_view_class_hits(const struct sift_view *view);
/* Memory that the view holds, what it shares with others included. */
size_t sift_view_bytes(const struct sift_view *view);

/* --- the index ----------------------------------------------------------------------------------------------------------- */

struct sift_view_entry {
  struct sift_span name;
  const char *verdict;
  int64_t newest_ns;       /* of its hits, or SIFT_TIME_NONE */
  const uint16_t *classes; /* indices of the classes with current, undemoted evidence, marks aside; each once */
  uint16_t class_count;
  uint8_t severity; /* enum sift_severity, of the verdict */
};

/* Sorted by name; "-" and "~overflow" among them. */
const struct sift_view_entry *sift_view_entries(const struct sift_view *view, size_t *count);
const struct sift_view_entry *sift_view_entry(const struct sift_view *view, struct sift_span name); /* NULL: none */

/* What a walk keeps; a zeroed filter with class_index -1 and since_ns SIFT_TIME_NONE keeps all. */
struct sift_view_filter {
  const char *verdict; /* NULL: any */
  int class_index;     /* -1: any */
  int64_t since_ns;    /* newest hit at or after; SIFT_TIME_NONE: any, undated ones too */
};

/* The first entry at or after `*position` that passes, and *position behind it; NULL at the end. Begin with 0 or with
 * sift_view_position(), the place behind a name, whether the view knows that or not. */
const struct sift_view_entry *sift_view_walk(const struct sift_view *view, const struct sift_view_filter *filter, size_t *position);
size_t sift_view_position(const struct sift_view *view, struct sift_span after);

/* --- whole Spaces -------------------------------------------------------------------------------------------------------- */

/* Looks Spaces up and judges them: decoded anew, merged with the overlay and the facts. One thread; holds the view. Rising names
 * are the cheapest. SIFT_ENOMEM. */
struct sift_view_look;
enum sift_status sift_view_look_new(struct sift_view_look **out, struct sift_view *view);
void sift_view_look_free(struct sift_view_look *look);

/* SIFT_OK, SIFT_END where the view knows no such Space, SIFT_ENOMEM. Borrowed until the next call. */
enum sift_status sift_view_look_at(struct sift_view_look *look, struct sift_span name, const struct sift_space **space,
                                   const struct sift_verdict **verdict);
const struct sift_triage *sift_view_look_triage(const struct sift_view_look *look); /* for the path of the last one */

/* Writes the view's tallies as one state, without the overlay and the facts: the bytes of `spacesift scan --state` of the same
 * input where output.background is set, of `sift_state_write()` otherwise. */
enum sift_status sift_view_write(struct sift_view *view, struct sift_state_output output);

/* The same in pieces. Holds the view; the output must outlive the copy. */
struct sift_view_copy;
enum sift_status sift_view_copy_new(struct sift_view_copy **out, struct sift_view *view, struct sift_state_output output);
/* With the overlay, still without the facts: what a scan of the same input would say if it ended now, so open steps are none any
 * more. For readers; a restart goes on from the one without. */
enum sift_status sift_view_copy_whole(struct sift_view_copy **out, struct sift_view *view, struct sift_state_output output);
void sift_view_copy_free(struct sift_view_copy *copy);
/* Writes at most `spaces` Spaces: SIFT_OK while there is more, SIFT_END when the state is complete. The first error sticks. */
enum sift_status sift_view_copy_step(struct sift_view_copy *copy, size_t spaces);

#ifdef __cplusplus
}
#endif
#endif
