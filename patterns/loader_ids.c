/* The ids of a rule set while it is being loaded: who bears one, who bears another's, and who was meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patterns/loader_internal.h"
#include "patterns/nearest.h"

bool sift_ids_add(struct sift_ids *ids, const struct sift_id *id) {
  if (ids->count == ids->capacity) {
    size_t capacity = ids->capacity == 0 ? 64 : ids->capacity * 2;
    struct sift_id *items = realloc(ids->items, capacity * sizeof *items);
    if (items == NULL) {
      return false;
    }
    ids->items = items;
    ids->capacity = capacity;
  }
  ids->items[ids->count++] = *id;
  return true;
}

void sift_ids_release(struct sift_ids *ids) {
  free(ids->items);
  ids->items = NULL;
  ids->count = ids->capacity = 0;
}

static int by_id(const void *a, const void *b) {
  const struct sift_id *x = a;
  const struct sift_id *y = b;
  int order = strcmp(x->id, y->id);
  return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

void sift_ids_sort(struct sift_ids *ids, struct sift_problems *problems) {
  if (ids->count > 0) {
    qsort(ids->items, ids->count, sizeof ids->items[0], by_id);
  }
  for (size_t i = 1; i < ids->count; i++) {
    const struct sift_id *first = &ids->items[i - 1];
    const struct sift_id *second = &ids->items[i];
    if (strcmp(first->id, second->id) != 0) {
      continue;
    }
    char message[512];
    snprintf(message, sizeof message, "another %s has this id, at %.300s:%u:%u", ids->what, first->file, first->line,
             first->column);
    sift_problems_add(problems, &(struct sift_problem){.file = second->file,
                                                       .line = second->line,
                                                       .column = second->column,
                                                       .subject = second->id,
                                                       .field = "id",
                                                       .message = message,
                                                       .hint = "rename or remove one of the two"});
  }
}

static int by_name(const void *key, const void *item) {
  return strcmp(key, ((const struct sift_id *)item)->id);
}

int sift_ids_find(const struct sift_ids *ids, const char *id) {
  const struct sift_id *found = ids->count > 0 ? bsearch(id, ids->items, ids->count, sizeof ids->items[0], by_name) : NULL;
  return found != NULL ? (int)found->index : -1;
}

bool sift_loader_refer(struct sift_loader *loader, const struct sift_ids *ids, const struct sift_yaml *node, const char *field,
                       const char *id, uint32_t *index) {
  int found = sift_ids_find(ids, id);
  if (found >= 0) {
    *index = (uint32_t)found;
    return true;
  }
  if (loader->partial) {
    return false;
  }
  char hint[128] = "";
  /* Beyond the limit nobody reads it, and the search takes its time. */
  if (loader->reading.problems->count < SIFT_PROBLEMS_MAX) {
    struct sift_nearest nearest = sift_nearest_to(sift_span_of(id));
    for (size_t i = 0; i < ids->count; i++) {
      sift_nearest_try(&nearest, ids->items[i].id);
    }
    char otherwise[64];
    snprintf(otherwise, sizeof otherwise, "add a %s with this id, or name another", ids->what);
    sift_nearest_hint(&nearest, otherwise, hint, sizeof hint);
  }
  sift_reading_error(&loader->reading, node, field, hint, "the set has no %s '%s'", ids->what, id);
  return false;
}
