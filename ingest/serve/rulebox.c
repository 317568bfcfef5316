#include "ingest/serve/rulebox.h"

#include <stdlib.h>

enum sift_status sift_rulebox_new(struct sift_rulebox **out, struct sift_ruleset *ruleset, struct sift_database *database) {
  struct sift_rulebox *box = calloc(1, sizeof *box);
  *out = NULL;
  if (box == NULL) {
    sift_database_free(database);
    sift_ruleset_free(ruleset);
    return SIFT_ENOMEM;
  }
  *box = (struct sift_rulebox){.ruleset = ruleset, .database = database, .refs = 1};
  sift_arena_init(&box->arena);
  enum sift_status status = sift_state_header_make(&box->header, ruleset, &box->arena);
  if (status != SIFT_OK) {
    sift_rulebox_release(box);
    return status;
  }
  *out = box;
  return SIFT_OK;
}

void sift_rulebox_acquire(void *box) {
  __atomic_add_fetch(&((struct sift_rulebox *)box)->refs, 1, __ATOMIC_RELAXED);
}

void sift_rulebox_release(void *context) {
  struct sift_rulebox *box = context;
  if (box == NULL || __atomic_sub_fetch(&box->refs, 1, __ATOMIC_ACQ_REL) > 0) {
    return;
  }
  sift_database_free(box->database);
  sift_ruleset_free(box->ruleset);
  sift_arena_release(&box->arena);
  free(box);
}

struct sift_view_rules sift_rulebox_view(struct sift_rulebox *box) {
  return (struct sift_view_rules){
      .ruleset = box->ruleset,
      .header = &box->header,
      .database = box->database,
      .owner = box,
      .acquire = sift_rulebox_acquire,
      .release = sift_rulebox_release,
  };
}
