/* What facts add to a view, and where the Spaces stand: what triage knows besides a Space's own log. */
#include <stdlib.h>

#include "engine/facts_tally.h"
#include "ingest/serve/view_internal.h"

/* --- facts ------------------------------------------------------------------------------------------------------------- */

static bool is_told_already(const struct sift_view *view, const struct sift_view *base) {
  return base != NULL && base->facts == view->facts && base->rules.header == view->rules.header && base->told != NULL;
}

static enum sift_status tell_anew(struct sift_view *view) {
  struct sift_facts_tally *tally = NULL;
  size_t count = 0;
  enum sift_status status = sift_facts_tally_new(&tally, view->rules.database, view->facts->facts, view->now_ns);
  if (status == SIFT_OK) {
    const struct sift_run *runs = sift_facts_tally_runs(tally, &count);
    status = sift_view_fold(&view->told, NULL, runs, count, &view->rules, UINT64_MAX);
  }
  sift_facts_tally_free(tally);
  return status;
}

enum sift_status sift_view_tell(struct sift_view *view, const struct sift_view_input *input) {
  if (view->facts == NULL || sift_facts_count(view->facts->facts) == 0) {
    return SIFT_OK;
  }
  enum sift_status status = SIFT_OK;
  if (is_told_already(view, input->base)) {
    view->told = sift_shelf_acquire(input->base->told);
    view->told_ns = input->base->told_ns;
  } else {
    view->told_ns = view->now_ns;
    status = tell_anew(view);
  }
  int64_t newest_ns = view->fleet.newest_ns; /* of the logs: facts tell of now */
  status = status == SIFT_OK ? sift_fleet_merge(&view->fleet, &view->told->fleet) : status;
  view->fleet.newest_ns = newest_ns;
  return status;
}

static int64_t redated(const struct sift_view *view, int64_t time_ns) {
  return time_ns == view->told_ns ? view->now_ns : time_ns;
}

/* Scanning the messages takes far longer than reading what came of it, so it is done once for each reading of the file. Of undated
 * messages the fleet's record says nothing, so it stays as it is. */
enum sift_status sift_view_redate(struct sift_view_told *told, const struct sift_space **space) {
  const struct sift_view *view = told->view;
  const struct sift_space *from = *space;
  struct sift_fact_sheet sheet;
  size_t at =
      view->now_ns != view->told_ns && from->evidence_count > 0 ? sift_facts_find(view->facts->facts, from->name) : SIZE_MAX;
  if (at == SIZE_MAX) {
    return SIFT_OK;
  }
  sift_facts_at(view->facts->facts, at, &sheet);
  if (sheet.time_ns != SIFT_TIME_NONE) {
    return SIFT_OK;
  }
  if (from->evidence_count > told->capacity) {
    struct sift_evidence *evidence = realloc(told->evidence, from->evidence_count * sizeof *evidence);
    if (evidence == NULL) {
      return SIFT_ENOMEM;
    }
    told->evidence = evidence;
    told->capacity = from->evidence_count;
  }
  told->space = *from;
  told->space.evidence = told->evidence;
  told->space.first.time_ns = redated(view, from->first.time_ns);
  told->space.last.time_ns = redated(view, from->last.time_ns);
  for (uint32_t i = 0; i < from->evidence_count; i++) {
    told->evidence[i] = from->evidence[i];
    told->evidence[i].first.time_ns = redated(view, from->evidence[i].first.time_ns);
    told->evidence[i].last.time_ns = redated(view, from->evidence[i].last.time_ns);
  }
  *space = &told->space;
  return SIFT_OK;
}

void sift_view_told_release(struct sift_view_told *told) {
  sift_shelf_cursor_release(&told->cursor);
  free(told->evidence);
}

static enum sift_status told_next(void *context, const struct sift_space **out) {
  struct sift_view_told *told = context;
  enum sift_status status = sift_shelf_next(&told->cursor, out);
  return status == SIFT_OK ? sift_view_redate(told, out) : status;
}

static const struct sift_fleet *told_fleet(const void *context) {
  const struct sift_view_told *told = context;
  return &told->cursor.shelf->fleet;
}

struct sift_state_source sift_view_told_source(struct sift_view_told *told) {
  return (struct sift_state_source){told->cursor.shelf->header, told_next, told_fleet, told};
}

enum sift_status sift_view_untell_hits(struct sift_view *view) {
  if (view->told == NULL) {
    return SIFT_OK;
  }
  struct sift_shelf_cursor cursor = {.shelf = view->told};
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  while ((status = sift_shelf_next(&cursor, &space)) == SIFT_OK) {
    for (uint32_t i = 0; i < space->evidence_count; i++) {
      view->class_hits[view->rules.ruleset->rules[space->evidence[i].rule].class_index] -= space->evidence[i].count;
    }
  }
  sift_shelf_cursor_release(&cursor);
  return status == SIFT_END ? SIFT_OK : status;
}

/* --- where the Spaces stand -------------------------------------------------------------------------------------------- */

enum sift_status sift_view_merge(struct sift_space *out, struct sift_arena *arena, const struct sift_space *const *spaces,
                                 size_t count) {
  sift_arena_reset(arena);
  *out = (struct sift_space){.name = spaces[0]->name};
  for (size_t i = 0; i < count; i++) {
    if (!sift_space_merge_borrowed(out, arena, spaces[i])) {
      return SIFT_ENOMEM;
    }
  }
  sift_space_sort(out);
  return SIFT_OK;
}

/* What the facts say of silence concerns Spaces that no shelf of the logs may know, so all of them are asked. */
static enum sift_status count_all(struct sift_view *view, uint64_t spaces_max) {
  struct sift_view_pass pass;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_view_pass_open(&pass, view, spaces_max);
  while (status == SIFT_OK && (status = sift_state_merger_next(pass.merger, &space)) == SIFT_OK) {
    if (sift_summary_counts(space)) {
      sift_crowd_add(&view->crowd, view->rules.ruleset, space, view->facts->facts);
    }
  }
  sift_view_pass_close(&pass);
  return status == SIFT_END ? SIFT_OK : status;
}

static void replace(struct sift_crowd *crowd, const struct sift_crowd *before, const struct sift_crowd *after) {
  crowd->spaces += after->spaces - before->spaces;
  for (size_t kind = 0; kind < SIFT_CROWD_KINDS; kind++) {
    crowd->of[kind] += after->of[kind] - before->of[kind];
  }
}

/* The overlay holds few Spaces: each is counted anew, in place of what the base's shelf counted of it. */
static enum sift_status count_overlay(struct sift_view *view) {
  struct sift_shelf_cursor base = {.shelf = view->base};
  struct sift_shelf_cursor overlay = {.shelf = view->overlay};
  struct sift_crowd before = {0};
  struct sift_crowd after = {0};
  struct sift_space merged;
  struct sift_arena arena;
  const struct sift_space *pair[2];
  enum sift_status status = SIFT_OK;
  sift_arena_init(&arena);
  while (status == SIFT_OK && (status = sift_shelf_next(&overlay, &pair[0])) == SIFT_OK) {
    if (!sift_summary_counts(pair[0])) {
      continue;
    }
    status = sift_shelf_seek(&base, pair[0]->name, &pair[1]);
    if (status == SIFT_OK) {
      sift_crowd_add(&before, view->rules.ruleset, pair[1], NULL);
      status = sift_view_merge(&merged, &arena, pair, 2);
    }
    if (status == SIFT_OK || status == SIFT_END) {
      sift_crowd_add(&after, view->rules.ruleset, status == SIFT_OK ? &merged : pair[0], NULL);
      status = SIFT_OK;
    }
  }
  sift_arena_release(&arena);
  sift_shelf_cursor_release(&overlay);
  sift_shelf_cursor_release(&base);
  replace(&view->crowd, &before, &after);
  return status == SIFT_END ? SIFT_OK : status;
}

/* Whether the base's shelves and facts are the view's, so that its count is. */
static bool is_counted_already(const struct sift_view *view, const struct sift_view *base) {
  return base != NULL && base->base == view->base && base->told == view->told && base->facts == view->facts &&
         base->overlay == NULL && view->overlay == NULL;
}

enum sift_status sift_view_count(struct sift_view *view, const struct sift_view_input *input) {
  if (view->told != NULL) {
    if (is_counted_already(view, input->base)) {
      view->crowd = input->base->crowd;
      return SIFT_OK;
    }
    return count_all(view, input->spaces_max);
  }
  view->crowd = view->base->crowd;
  return view->overlay != NULL ? count_overlay(view) : SIFT_OK;
}
