/* What is known from outside the logs, for as long as anybody judges with it: views outlive a new reading. Reference-counted. */
#ifndef SIFT_INGEST_SERVE_FACTBOX_H
#define SIFT_INGEST_SERVE_FACTBOX_H

#include "engine/facts.h"
#include "engine/status_page.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Facts of Spaces. */
struct sift_factbox {
  struct sift_facts *facts; /* sealed */
  int refs;                 /* atomic; private */
};

/* Takes the facts over, failure included, and seals them; one reference is the caller's. SIFT_ENOMEM. */
enum sift_status sift_factbox_new(struct sift_factbox **out, struct sift_facts *facts);
struct sift_factbox *sift_factbox_acquire(struct sift_factbox *box); /* any thread; NULL is fine */
void sift_factbox_release(struct sift_factbox *box);                 /* any thread; NULL is fine */

/* A status page, by the same rules. */
struct sift_pagebox {
  struct sift_status_page *page;
  int refs; /* atomic; private */
};
enum sift_status sift_pagebox_new(struct sift_pagebox **out, struct sift_status_page *page);
struct sift_pagebox *sift_pagebox_acquire(struct sift_pagebox *box);
void sift_pagebox_release(struct sift_pagebox *box);

#ifdef __cplusplus
}
#endif
#endif
