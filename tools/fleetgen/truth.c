#include "tools/fleetgen/truth.h"

#include <errno.h>
#include <stdio.h>

#include "tools/fleetgen/directory.h"
#include "tools/fleetgen/writer.h"

enum { TRUTH_BYTES = 128 * 1024 };

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

static enum sift_status all_put(const struct sift_gen_fleet *fleet, const struct sift_gen_sum *sums,
                                struct sift_gen_writer *writer) {
  struct sift_gen_text text;
  sift_gen_text_init(&text);
  enum sift_status status = SIFT_OK;
  uint64_t spaces = fleet->config.spaces;
  for (uint64_t i = 0; i < spaces && status == SIFT_OK; i++) {
    sift_gen_truth_put(&text, fleet, i, sums[i]);
    if (text.failed) {
      status = SIFT_ENOMEM;
    } else if (text.len >= TRUTH_BYTES || i + 1 == spaces) {
      status = sift_gen_writer_put(writer, sift_span(text.bytes, text.len));
      sift_gen_text_clear(&text);
    }
  }
  sift_gen_text_release(&text);
  return status;
}

enum sift_status sift_gen_truth_write(const struct sift_gen_fleet *fleet, const struct sift_gen_sum *sums, const char *directory,
                                      char *error, size_t error_size) {
  char path[SIFT_GEN_PATH_MAX];
  snprintf(path, sizeof(path), "%s/truth.jsonl", directory);
  struct sift_gen_writer *writer;
  enum sift_status status = sift_gen_writer_new(&writer, SIFT_GEN_NONE);
  if (status == SIFT_OK) {
    status = sift_gen_writer_open(writer, path);
  }
  if (status == SIFT_OK) {
    status = all_put(fleet, sums, writer);
  }
  if (status == SIFT_OK) {
    status = sift_gen_writer_close(writer);
  }
  if (status == SIFT_EIO) {
    snprintf(error, error_size, "%.400s: %s", path, strerror(errno));
  }
  sift_gen_writer_free(writer);
  return status;
}
