#include "ingest/serve/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/view_internal.h"

/* --- shelves ----------------------------------------------------------------------------------------------------------- */

struct opened {
  struct sift_state_bytes bytes;
  struct sift_state_reader *reader;
};

static enum sift_status open_runs(struct opened *opened, struct sift_state_source *sources, const struct sift_run *runs,
                                  size_t count) {
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < count && status == SIFT_OK; i++) {
    opened[i].bytes = (struct sift_state_bytes){sift_span(runs[i].bytes, runs[i].size)};
    status = sift_state_reader_new(&opened[i].reader, sift_state_bytes_input(&opened[i].bytes));
    if (status == SIFT_OK) {
      sources[i] = sift_state_reader_source(opened[i].reader);
    }
  }
  return status;
}

/* An empty source with the header keeps runs of other rules out. */
enum sift_status sift_view_fold(struct sift_shelf **out, const struct sift_shelf *base, const struct sift_run *runs, size_t count,
                                const struct sift_view_rules *rules, uint64_t spaces_max) {
  *out = NULL;
  struct sift_shelf nothing = {.header = rules->header};
  struct sift_shelf_cursor cursor = {.shelf = base != NULL ? base : &nothing};
  struct opened *opened = calloc(count + 1, sizeof *opened);
  struct sift_state_source *sources = calloc(count + 1, sizeof *sources);
  struct sift_state_merger *merger = NULL;
  enum sift_status status = sift_fleet_init(&nothing.fleet);
  if (status == SIFT_OK) {
    status = opened != NULL && sources != NULL ? open_runs(opened, sources, runs, count) : SIFT_ENOMEM;
  }
  if (status == SIFT_OK) {
    sources[count] = sift_shelf_source(&cursor);
    status = sift_state_merger_open(&merger, sources, count + 1, spaces_max);
  }
  if (status == SIFT_OK) {
    status = sift_shelf_fill(out, merger, rules->header, rules->ruleset);
  }
  sift_state_merger_free(merger);
  for (size_t i = 0; opened != NULL && i < count; i++) {
    sift_state_reader_free(opened[i].reader);
  }
  free(sources);
  free(opened);
  sift_shelf_cursor_release(&cursor);
  sift_fleet_release(&nothing.fleet);
  return status;
}

static enum sift_status make_shelves(struct sift_view *view, const struct sift_view_input *input) {
  const struct sift_view *base = input->base;
  enum sift_status status = SIFT_OK;
  /* Headers are borrowed, so a shelf is shared only under the same one. */
  if (base != NULL && input->run_count == 0 && base->rules.header == input->rules.header) {
    view->base = sift_shelf_acquire(base->base);
  } else {
    status = sift_view_fold(&view->base, base != NULL ? base->base : NULL, input->runs, input->run_count, &input->rules,
                            input->spaces_max);
  }
  if (status == SIFT_OK && input->overlay_count > 0) {
    status = sift_view_fold(&view->overlay, NULL, input->overlay, input->overlay_count, &input->rules, UINT64_MAX);
  }
  return status;
}

/* --- the judged Spaces ------------------------------------------------------------------------------------------------- */

enum sift_status sift_view_pass_open(struct sift_view_pass *pass, const struct sift_view *view, uint64_t spaces_max) {
  size_t count = view->overlay != NULL ? 2 : 1;
  struct sift_state_source sources[2];
  *pass = (struct sift_view_pass){.cursors = {{.shelf = view->base}, {.shelf = view->overlay}},
                                  .told = {.view = view, .cursor = {.shelf = view->told}}};
  for (size_t i = 0; i < count; i++) {
    sources[i] = sift_shelf_source(&pass->cursors[i]);
  }
  enum sift_status status = sift_state_merger_open(&pass->logs, sources, count, spaces_max);
  pass->merger = pass->logs;
  if (status == SIFT_OK && view->told != NULL) {
    sources[0] = sift_state_merger_source(pass->logs);
    sources[1] = sift_view_told_source(&pass->told);
    status = sift_state_merger_open(&pass->joined, sources, 2, UINT64_MAX);
    pass->merger = pass->joined;
  }
  return status;
}

void sift_view_pass_close(struct sift_view_pass *pass) {
  sift_state_merger_free(pass->joined);
  sift_state_merger_free(pass->logs);
  sift_view_told_release(&pass->told);
  sift_shelf_cursor_release(&pass->cursors[0]);
  sift_shelf_cursor_release(&pass->cursors[1]);
}

struct sift_scene sift_view_scene(const struct sift_view *view) {
  return (struct sift_scene){
      .now_ns = view->now_ns,
      .watched = view->watched,
      .facts = view->facts != NULL ? view->facts->facts : NULL,
      .page = view->page != NULL ? view->page->page : NULL,
      .page_now_ns = view->now_ns,
      .crowd = &view->crowd,
  };
}

static enum sift_status find_incidents(struct sift_view *view, const struct sift_view_input *input) {
  enum sift_status status = sift_fleet_merge(&view->fleet, &view->base->fleet);
  if (status == SIFT_OK && view->overlay != NULL) {
    status = sift_fleet_merge(&view->fleet, &view->overlay->fleet);
  }
  view->watched = input->now_ns != SIFT_TIME_NONE;
  view->now_ns = input->now_ns != SIFT_TIME_NONE ? input->now_ns : view->fleet.newest_ns;
  status = status == SIFT_OK ? sift_view_tell(view, input) : status;
  status = status == SIFT_OK ? sift_view_count(view, input) : status;
  uint64_t overflow = sift_sketch_estimate(&view->fleet.overflow);
  return status == SIFT_OK ? sift_incidents_find(&view->incidents, view->rules.ruleset, &view->fleet, view->crowd.spaces + overflow)
                           : status;
}

static bool reserve_entry(struct sift_view *view) {
  if (view->entry_count < view->entry_capacity) {
    return true;
  }
  size_t capacity = view->entry_capacity == 0 ? SIFT_SHELF_BLOCK_SPACES : view->entry_capacity + view->entry_capacity / 2;
  struct sift_view_entry *entries = realloc(view->entries, capacity * sizeof *entries);
  if (entries == NULL) {
    return false;
  }
  view->entries = entries;
  view->entry_capacity = capacity;
  return true;
}

/* The classes of what weighs now, into `out`; rules are sorted by id, not by class, so each is looked for. */
static size_t current_classes(const struct sift_view *view, const struct sift_space *space, const struct sift_attempt *attempt,
                              uint16_t out[SIFT_CLASSES_MAX]) {
  const struct sift_ruleset *ruleset = view->rules.ruleset;
  size_t count = 0;
  for (uint32_t i = 0; i < space->evidence_count; i++) {
    const struct sift_evidence *evidence = &space->evidence[i];
    const struct sift_rule *rule = &ruleset->rules[evidence->rule];
    view->class_hits[rule->class_index] += evidence->count;
    if (evidence->demoted || rule->mark != SIFT_MARK_NONE || !sift_attempt_holds(attempt, ruleset, evidence)) {
      continue;
    }
    size_t at = 0;
    while (at < count && out[at] != rule->class_index) {
      at++;
    }
    out[at] = (uint16_t)rule->class_index;
    count += at == count;
  }
  return count;
}

static enum sift_status add_entry(struct sift_view *view, const struct sift_space *space, const struct sift_verdict *verdict) {
  static_assert(SIFT_CLASSES_MAX <= UINT16_MAX, "a class index fits");
  uint16_t classes[SIFT_CLASSES_MAX];
  size_t count = current_classes(view, space, &verdict->attempt, classes);
  size_t bytes = count * sizeof classes[0];
  char *memory = sift_arena_alloc(&view->arena, bytes + space->name.len + 1);
  if (memory == NULL || !reserve_entry(view)) {
    return SIFT_ENOMEM;
  }
  memcpy(memory, classes, bytes);
  memcpy(memory + bytes, space->name.data, space->name.len);
  view->entries[view->entry_count++] = (struct sift_view_entry){
      .name = sift_span(memory + bytes, space->name.len),
      .verdict = verdict->id,
      .newest_ns = space->last.time_ns,
      .classes = (const uint16_t *)(const void *)memory,
      .class_count = (uint16_t)count,
      .severity = (uint8_t)verdict->severity,
  };
  return SIFT_OK;
}

static enum sift_status judge_all(struct sift_view *view, uint64_t spaces_max) {
  struct sift_view_pass pass;
  struct sift_triage *triage = NULL;
  const struct sift_space *space = NULL;
  enum sift_status status = sift_view_pass_open(&pass, view, spaces_max);
  status = status == SIFT_OK ? sift_triage_new(&triage, view->rules.ruleset, &view->incidents) : status;
  if (status == SIFT_OK) {
    const struct sift_scene scene = sift_view_scene(view);
    sift_triage_set_scene(triage, &scene);
  }
  while (status == SIFT_OK && (status = sift_state_merger_next(pass.merger, &space)) == SIFT_OK) {
    struct sift_verdict verdict;
    sift_triage_judge(triage, space, &verdict);
    status = sift_summary_add(&view->summary, space, &verdict, view->rules.ruleset);
    status = status == SIFT_OK ? add_entry(view, space, &verdict) : status;
  }
  sift_triage_free(triage);
  sift_view_pass_close(&pass);
  sift_summary_finish(&view->summary);
  return status == SIFT_END ? SIFT_OK : status;
}

static void trim_entries(struct sift_view *view) {
  struct sift_view_entry *exact = view->entry_count > 0 ? realloc(view->entries, view->entry_count * sizeof *view->entries) : NULL;
  if (exact != NULL) {
    view->entries = exact;
    view->entry_capacity = view->entry_count;
  }
}

/* --- a life ------------------------------------------------------------------------------------------------------------ */

static enum sift_status build(struct sift_view *view, const struct sift_view_input *input) {
  view->class_hits = calloc(input->rules.ruleset->class_count + 1, sizeof *view->class_hits);
  enum sift_status status = view->class_hits != NULL ? SIFT_OK : SIFT_ENOMEM;
  status = status == SIFT_OK ? sift_fleet_init(&view->fleet) : status;
  status = status == SIFT_OK ? sift_summary_init(&view->summary, input->rules.ruleset) : status;
  status = status == SIFT_OK ? make_shelves(view, input) : status;
  status = status == SIFT_OK ? find_incidents(view, input) : status;
  status = status == SIFT_OK ? judge_all(view, input->spaces_max) : status;
  status = status == SIFT_OK ? sift_view_untell_hits(view) : status;
  trim_entries(view);
  return status;
}

enum sift_status sift_view_build(struct sift_view **out, const struct sift_view_input *input) {
  *out = NULL;
  struct sift_view *view = calloc(1, sizeof *view);
  if (view == NULL) {
    return SIFT_ENOMEM;
  }
  view->refs = 1;
  view->rules = input->rules;
  view->facts = sift_factbox_acquire(input->facts);
  view->page = sift_pagebox_acquire(input->page);
  sift_arena_init(&view->arena);
  if (view->rules.acquire != NULL) {
    view->rules.acquire(view->rules.owner);
  }
  enum sift_status status = build(view, input);
  if (status != SIFT_OK) {
    sift_view_release(view);
    return status;
  }
  *out = view;
  return SIFT_OK;
}

struct sift_view *sift_view_acquire(struct sift_view *view) {
  __atomic_fetch_add(&view->refs, 1, __ATOMIC_RELAXED);
  return view;
}

void sift_view_release(struct sift_view *view) {
  if (view == NULL || __atomic_sub_fetch(&view->refs, 1, __ATOMIC_ACQ_REL) > 0) {
    return;
  }
  sift_shelf_release(view->base);
  sift_shelf_release(view->overlay);
  sift_shelf_release(view->told);
  sift_incidents_release(&view->incidents);
  sift_summary_release(&view->summary);
  sift_fleet_release(&view->fleet);
  sift_arena_release(&view->arena);
  free(view->entries);
  free(view->class_hits);
  sift_factbox_release(view->facts);
  sift_pagebox_release(view->page);
  if (view->rules.release != NULL) {
    view->rules.release(view->rules.owner);
  }
  free(view);
}
