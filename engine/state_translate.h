/* A state of one rule set → a state of another: what both know by the same ids is kept. */
#ifndef SIFT_ENGINE_STATE_TRANSLATE_H
#define SIFT_ENGINE_STATE_TRANSLATE_H

#include "engine/ruleset.h"
#include "engine/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Evidence of rules, and windows of classes and rules, that `to` does not know are left out; counts of lines stay. Errors of reading
 * and writing, SIFT_ENOMEM. */
enum sift_status sift_state_translate(struct sift_state_input input, const struct sift_ruleset *to,
                                      struct sift_state_output output);

#ifdef __cplusplus
}
#endif
#endif
