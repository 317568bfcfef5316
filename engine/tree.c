#include "engine/tree.h"

#include <assert.h>

const char *sift_phase_name(enum sift_phase phase) {
  static const char *const names[] = {"unknown", "queued", "building", "built", "starting", "listening", "healthy", "failed"};
  static_assert(sizeof names / sizeof names[0] == SIFT_PHASES, "a phase has no name");
  return (unsigned)phase < SIFT_PHASES ? names[phase] : "unknown";
}

const char *sift_confidence_name(enum sift_confidence confidence) {
  switch (confidence) {
  case SIFT_LOW:
    return "low";
  case SIFT_MEDIUM:
    return "medium";
  case SIFT_HIGH:
    return "high";
  }
  return "low";
}
