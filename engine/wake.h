/* How lines are woken for a pattern: which texts are looked for, by whom, and where in them. */
#ifndef SIFT_ENGINE_WAKE_H
#define SIFT_ENGINE_WAKE_H

#include "engine/arena.h"
#include "engine/ruleset.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Texts shorter than that stand all over the logs and prove little. */
enum { SIFT_ATOM_BYTES_MIN = 4 };

/* In the place of a window: the sampler does not look for this text, the literals database does. */
enum { SIFT_WINDOW_NONE = UINT16_MAX };

/* A specimen of the text that will be scanned: what is common in it is no good to wake lines by. */
struct sift_specimen;
enum sift_status sift_specimen_new(struct sift_specimen **out, struct sift_span typical);
void sift_specimen_free(struct sift_specimen *specimen);

struct sift_waking {
  struct sift_texts atoms; /* texts of which one stands in all that the pattern matches; none: the rest database wakes it */
  const uint16_t *windows; /* by atom: where the sampler's window begins, or SIFT_WINDOW_NONE */
  bool common;             /* there would be texts, but they are all over the specimen */
};

/* Decides how an `any` pattern is woken; what it tells comes from `arena`. One thread a specimen. SIFT_ENOMEM. */
enum sift_status sift_waking_choose(struct sift_waking *out, struct sift_arena *arena, const char *pattern,
                                    struct sift_specimen *specimen);

#ifdef __cplusplus
}
#endif
#endif
