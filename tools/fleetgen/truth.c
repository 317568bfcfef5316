#include "tools/fleetgen/truth.h"

#include <stdio.h>

void sift_gen_truth_put(struct sift_gen_text *out, const struct sift_gen_fleet *fleet, uint64_t index, struct sift_gen_sum sum) {
  struct sift_gen_profile profile;
  sift_gen_fleet_profile(fleet, index, &profile);
  char owner[SIFT_GEN_NAME_MAX];
  char name[SIFT_GEN_NAME_MAX];
  sift_gen_fleet_name(fleet, index, owner, name);
  const struct sift_gen_case *fate = profile.attempts[profile.attempt_count - 1];
  /* names, verdicts and branches are plain words: nothing in them needs escaping */
  char line[512];
  int len = snprintf(line, sizeof(line),
                     "{\"space\":\"%s/%s\",\"verdict\":\"%s\",\"branch\":\"%s\",\"attempts\":%u,\"decoys\":%u,\"incident\":%s,"
                     "\"cause\":\"%s\",\"bytes\":%llu}\n",
                     owner, name, fate->verdict, fate->branch, sum.attempts, sum.decoys, profile.incident ? "true" : "false",
                     profile.incident ? "registry_push" : "", (unsigned long long)sum.bytes);
  sift_gen_text_put(out, line, (size_t)len);
}
