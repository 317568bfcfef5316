/* What others ask of a view that stands: its parts, its index, whole Spaces, the state. */
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/view_internal.h"

const struct sift_ruleset *sift_view_ruleset(const struct sift_view *view) {
  return view->rules.ruleset;
}

const struct sift_fleet *sift_view_fleet(const struct sift_view *view) {
  return &view->fleet;
}

const struct sift_incidents *sift_view_incidents(const struct sift_view *view) {
  return &view->incidents;
}

const struct sift_summary *sift_view_summary(const struct sift_view *view) {
  return &view->summary;
}

int64_t sift_view_now(const struct sift_view *view) {
  return view->now_ns;
}

const uint64_t *sift_view_class_hits(const struct sift_view *view) {
  return view->class_hits;
}

size_t sift_view_bytes(const struct sift_view *view) {
  return view->base->bytes + (view->overlay != NULL ? view->overlay->bytes : 0) + (view->told != NULL ? view->told->bytes : 0) +
         sift_arena_bytes(&view->arena) + view->entry_capacity * sizeof *view->entries;
}

/* --- the index --------------------------------------------------------------------------------------------------------- */

const struct sift_view_entry *sift_view_entries(const struct sift_view *view, size_t *count) {
  *count = view->entry_count;
  return view->entries;
}

/* How many entries stand before `name`, or with `through` at or before it. */
static size_t rank(const struct sift_view *view, struct sift_span name, bool through) {
  size_t low = 0;
  size_t high = view->entry_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (sift_span_compare(view->entries[middle].name, name) < (through ? 1 : 0)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

size_t sift_view_position(const struct sift_view *view, struct sift_span after) {
  return rank(view, after, true);
}

const struct sift_view_entry *sift_view_entry(const struct sift_view *view, struct sift_span name) {
  size_t at = rank(view, name, false);
  return at < view->entry_count && sift_span_equal(view->entries[at].name, name) ? &view->entries[at] : NULL;
}

static bool has_class(const struct sift_view_entry *entry, int class_index) {
  for (uint16_t i = 0; i < entry->class_count; i++) {
    if (entry->classes[i] == class_index) {
      return true;
    }
  }
  return false;
}

static bool passes(const struct sift_view_filter *filter, const struct sift_view_entry *entry) {
  return entry->newest_ns >= filter->since_ns && (filter->verdict == NULL || strcmp(filter->verdict, entry->verdict) == 0) &&
         (filter->class_index < 0 || has_class(entry, filter->class_index));
}

const struct sift_view_entry *sift_view_walk(const struct sift_view *view, const struct sift_view_filter *filter,
                                             size_t *position) {
  while (*position < view->entry_count) {
    const struct sift_view_entry *entry = &view->entries[(*position)++];
    if (passes(filter, entry)) {
      return entry;
    }
  }
  return NULL;
}

/* --- whole Spaces ------------------------------------------------------------------------------------------------------ */

struct sift_view_look {
  struct sift_view *view;
  struct sift_shelf_cursor base, overlay; /* overlay and facts without a shelf: none */
  struct sift_view_told told;
  struct sift_arena arena; /* of `merged` */
  struct sift_space merged;
  struct sift_triage *triage;
  struct sift_verdict verdict;
};

enum sift_status sift_view_look_new(struct sift_view_look **out, struct sift_view *view) {
  *out = NULL;
  struct sift_view_look *look = calloc(1, sizeof *look);
  if (look == NULL) {
    return SIFT_ENOMEM;
  }
  look->view = sift_view_acquire(view);
  look->base.shelf = view->base;
  look->overlay.shelf = view->overlay;
  look->told = (struct sift_view_told){.view = view, .cursor = {.shelf = view->told}};
  sift_arena_init(&look->arena);
  enum sift_status status = sift_triage_new(&look->triage, view->rules.ruleset, &view->incidents);
  if (status != SIFT_OK) {
    sift_view_look_free(look);
    return status;
  }
  const struct sift_scene scene = sift_view_scene(view);
  sift_triage_set_scene(look->triage, &scene);
  *out = look;
  return SIFT_OK;
}

void sift_view_look_free(struct sift_view_look *look) {
  if (look == NULL) {
    return;
  }
  sift_triage_free(look->triage);
  sift_arena_release(&look->arena);
  sift_view_told_release(&look->told);
  sift_shelf_cursor_release(&look->overlay);
  sift_shelf_cursor_release(&look->base);
  sift_view_release(look->view);
  free(look);
}

/* What each shelf knows of it; SIFT_END where none does. */
static enum sift_status seek_all(struct sift_view_look *look, struct sift_span name,
                                 const struct sift_space *found[SIFT_VIEW_SHELVES], size_t *count) {
  struct sift_shelf_cursor *const cursors[SIFT_VIEW_SHELVES] = {&look->base, &look->overlay, &look->told.cursor};
  *count = 0;
  for (size_t i = 0; i < SIFT_VIEW_SHELVES; i++) {
    enum sift_status status = cursors[i]->shelf != NULL ? sift_shelf_seek(cursors[i], name, &found[*count]) : SIFT_END;
    if (status == SIFT_OK && cursors[i] == &look->told.cursor) {
      status = sift_view_redate(&look->told, &found[*count]);
    }
    if (status == SIFT_OK) {
      ++*count;
    } else if (status != SIFT_END) {
      return status;
    }
  }
  return *count > 0 ? SIFT_OK : SIFT_END;
}

enum sift_status sift_view_look_at(struct sift_view_look *look, struct sift_span name, const struct sift_space **space,
                                   const struct sift_verdict **verdict) {
  const struct sift_space *found[SIFT_VIEW_SHELVES] = {NULL};
  size_t count = 0;
  *space = NULL;
  *verdict = NULL;
  if (sift_view_entry(look->view, name) == NULL) {
    return SIFT_END;
  }
  enum sift_status status = seek_all(look, name, found, &count);
  if (status == SIFT_OK && count > 1) {
    status = sift_view_merge(&look->merged, &look->arena, found, count);
  }
  if (status == SIFT_OK) {
    *space = count > 1 ? &look->merged : found[0];
    sift_triage_judge(look->triage, *space, &look->verdict);
    *verdict = &look->verdict;
  }
  return status;
}

const struct sift_triage *sift_view_look_triage(const struct sift_view_look *look) {
  return look->triage;
}

/* --- the state --------------------------------------------------------------------------------------------------------- */

struct sift_view_copy {
  struct sift_view *view;
  struct sift_shelf_cursor cursor, overlay;
  struct sift_state_merger *merger; /* NULL: the base alone */
  struct sift_state_writer *writer;
  enum sift_status status;
};

enum sift_status sift_view_copy_new(struct sift_view_copy **out, struct sift_view *view, struct sift_state_output output) {
  *out = NULL;
  struct sift_view_copy *copy = calloc(1, sizeof *copy);
  if (copy == NULL) {
    return SIFT_ENOMEM;
  }
  copy->view = sift_view_acquire(view);
  copy->cursor.shelf = view->base;
  enum sift_status status = sift_state_writer_new(&copy->writer, output, view->rules.header);
  if (status != SIFT_OK) {
    sift_view_copy_free(copy);
    return status;
  }
  *out = copy;
  return SIFT_OK;
}

enum sift_status sift_view_copy_whole(struct sift_view_copy **out, struct sift_view *view, struct sift_state_output output) {
  enum sift_status status = sift_view_copy_new(out, view, output);
  if (status != SIFT_OK || view->overlay == NULL) {
    return status;
  }
  struct sift_view_copy *copy = *out;
  copy->overlay.shelf = view->overlay;
  const struct sift_state_source sources[] = {sift_shelf_source(&copy->cursor), sift_shelf_source(&copy->overlay)};
  status = sift_state_merger_open(&copy->merger, sources, 2, UINT64_MAX); /* the base is within its cap */
  if (status != SIFT_OK) {
    sift_view_copy_free(copy);
    *out = NULL;
  }
  return status;
}

void sift_view_copy_free(struct sift_view_copy *copy) {
  if (copy == NULL) {
    return;
  }
  sift_state_writer_free(copy->writer);
  sift_state_merger_free(copy->merger);
  sift_shelf_cursor_release(&copy->overlay);
  sift_shelf_cursor_release(&copy->cursor);
  sift_view_release(copy->view);
  free(copy);
}

static enum sift_status write_some(struct sift_view_copy *copy, size_t spaces) {
  const struct sift_space *space = NULL;
  enum sift_status status = SIFT_OK;
  for (size_t i = 0; i < spaces && status == SIFT_OK; i++) {
    status = copy->merger != NULL ? sift_state_merger_next(copy->merger, &space) : sift_shelf_next(&copy->cursor, &space);
    status = status == SIFT_OK ? sift_state_write(copy->writer, space) : status;
  }
  if (status != SIFT_END) {
    return status;
  }
  status = sift_state_finish(copy->writer, copy->merger != NULL ? sift_state_merger_fleet(copy->merger) : &copy->view->base->fleet);
  return status == SIFT_OK ? SIFT_END : status;
}

enum sift_status sift_view_copy_step(struct sift_view_copy *copy, size_t spaces) {
  if (copy->status == SIFT_OK) {
    copy->status = write_some(copy, spaces);
  }
  return copy->status;
}

enum sift_status sift_view_write(struct sift_view *view, struct sift_state_output output) {
  struct sift_view_copy *copy = NULL;
  enum sift_status status = sift_view_copy_new(&copy, view, output);
  while (status == SIFT_OK) {
    status = sift_view_copy_step(copy, SIFT_SHELF_BLOCK_SPACES);
  }
  sift_view_copy_free(copy);
  return status == SIFT_END ? SIFT_OK : status;
}
