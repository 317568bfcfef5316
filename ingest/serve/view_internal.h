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
  struct sift_fleet fleet;    /* of both */
  struct sift_incidents incidents;
  struct sift_summary summary;
  struct sift_crowd crowd; /* of both */
  int64_t now_ns;
  bool watched; /* that time is the clock's */
  uint64_t *class_hits;
  struct sift_arena arena; /* of the index: names and classes */
  struct sift_view_entry *entries;
  size_t entry_count, entry_capacity;
};

/* What triage is to know besides the logs. Borrows from the view. */
struct sift_scene sift_view_scene(const struct sift_view *view);

#endif
