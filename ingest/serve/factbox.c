#include "ingest/serve/factbox.h"

#include <stdlib.h>

enum sift_status sift_factbox_new(struct sift_factbox **out, struct sift_facts *facts) {
  struct sift_factbox *box = calloc(1, sizeof *box);
  enum sift_status status = box != NULL ? sift_facts_seal(facts) : SIFT_ENOMEM;
  *out = NULL;
  if (status != SIFT_OK) {
    sift_facts_free(facts);
    free(box);
    return status;
  }
  *box = (struct sift_factbox){.facts = facts, .refs = 1};
  *out = box;
  return SIFT_OK;
}

struct sift_factbox *sift_factbox_acquire(struct sift_factbox *box) {
  if (box != NULL) {
    __atomic_add_fetch(&box->refs, 1, __ATOMIC_RELAXED);
  }
  return box;
}

void sift_factbox_release(struct sift_factbox *box) {
  if (box != NULL && __atomic_sub_fetch(&box->refs, 1, __ATOMIC_ACQ_REL) == 0) {
    sift_facts_free(box->facts);
    free(box);
  }
}

enum sift_status sift_pagebox_new(struct sift_pagebox **out, struct sift_status_page *page) {
  struct sift_pagebox *box = calloc(1, sizeof *box);
  *out = box;
  if (box == NULL) {
    sift_status_page_free(page);
    return SIFT_ENOMEM;
  }
  *box = (struct sift_pagebox){.page = page, .refs = 1};
  return SIFT_OK;
}

struct sift_pagebox *sift_pagebox_acquire(struct sift_pagebox *box) {
  if (box != NULL) {
    __atomic_add_fetch(&box->refs, 1, __ATOMIC_RELAXED);
  }
  return box;
}

void sift_pagebox_release(struct sift_pagebox *box) {
  if (box != NULL && __atomic_sub_fetch(&box->refs, 1, __ATOMIC_ACQ_REL) == 0) {
    sift_status_page_free(box->page);
    free(box);
  }
}
