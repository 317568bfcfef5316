/* What the parts of an attempt say: build, start, chatter and the Hub's own words. Behind life.h. */
#ifndef SIFT_FLEETGEN_SCENE_H
#define SIFT_FLEETGEN_SCENE_H

#include "tools/fleetgen/life.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The case of the attempt that is being told. */
static inline const struct sift_gen_case *sift_gen_scene_case(const struct sift_gen_life *life) {
  return life->profile.attempts[life->attempt];
}

/* Each says its part in life->voice; nothing where the attempt's case does not have it. */
void sift_gen_scene_build(struct sift_gen_life *life);
void sift_gen_scene_start(struct sift_gen_life *life);
void sift_gen_scene_end(struct sift_gen_life *life);

/* The attempt's share of the fleet's bytes begins; then a slice at a time, true when all is said. */
void sift_gen_scene_chat_begin(struct sift_gen_life *life);
bool sift_gen_scene_chat(struct sift_gen_life *life);

/* One request that fails: the case's fault, or the app's own way to raise. */
void sift_gen_scene_request_fail(struct sift_gen_life *life);

/* Building blocks of the above. */
void sift_gen_scene_say(struct sift_gen_life *life, uint32_t rule); /* nothing for SIFT_GEN_NO_RULE */
void sift_gen_scene_fault(struct sift_gen_life *life);              /* the same words each time within an attempt */
uint32_t sift_gen_scene_rule(const struct sift_gen_life *life, const char *name);

#ifdef __cplusplus
}
#endif
#endif
