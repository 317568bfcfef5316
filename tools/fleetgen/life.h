/* One Space's logs, a slice at a time, in the order of time. */
#ifndef SIFT_FLEETGEN_LIFE_H
#define SIFT_FLEETGEN_LIFE_H

#include "tools/fleetgen/expand.h"
#include "tools/fleetgen/fleet.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_GEN_SLICE_BYTES = 16 * 1024 }; /* of chatter; a build log is one slice, whatever its length */

/* What an attempt goes through, in order. Parts that its case does not have give no lines. */
enum sift_gen_stage { SIFT_GEN_STAGE_BUILD, SIFT_GEN_STAGE_START, SIFT_GEN_STAGE_CHAT, SIFT_GEN_STAGE_END };

/* Small while at rest: text is the caller's and only needed while a slice is read. Borrows the fleet; nothing to release. */
struct sift_gen_life {
  const struct sift_gen_fleet *fleet;
  struct sift_gen_profile profile;
  struct sift_gen_voice voice;
  char owner[SIFT_GEN_NAME_MAX], name[SIFT_GEN_NAME_MAX];
  unsigned attempt;
  enum sift_gen_stage stage;
  uint32_t chat_rule;
  uint64_t chat_left, burst_left; /* bytes */
  unsigned chat_lines_due;        /* said whatever the budget */
  double fault_percent;           /* of chatter's turns that fail instead */
  bool fault_told;                /* in this attempt */
  bool mark_told;                 /* in this attempt: it was queued, or started */
  uint64_t bytes;                 /* so far, newlines included */
  uint64_t faults;                /* tellings of a fault so far */
  unsigned attempts_shown;        /* attempts that began with a mark */
  unsigned decoys;                /* errors within steps that ended well */
};

void sift_gen_life_init(struct sift_gen_life *life, const struct sift_gen_fleet *fleet, uint64_t index);

/* When the next slice begins; never goes back. */
int64_t sift_gen_life_time(const struct sift_gen_life *life);

/* Fills `text` with the next slice, which may be empty; false at the end. The lines' times never go back. */
bool sift_gen_life_next(struct sift_gen_life *life, struct sift_gen_text *text);

#ifdef __cplusplus
}
#endif
#endif
