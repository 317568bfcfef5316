#include "tools/spacesift/profile.h"

#include "tools/spacesift/cli.h"

/* Of the logs so much is looked at; less would tell little of what is rare. */
enum { PROFILE_BYTES_MAX = 2 * 1024 * 1024, PROFILE_BYTES_MIN = 64 * 1024 };

int sift_profile_read(struct sift_corpus *out, char *const *paths, size_t count) {
  enum sift_status status = sift_corpus_read(out, paths, count, PROFILE_BYTES_MAX);
  if (status == SIFT_OK && out->len < PROFILE_BYTES_MIN) {
    sift_say("the logs named by --profile hold %zu bytes of text; name some that hold %d or more", out->len, PROFILE_BYTES_MIN);
    return SIFT_EXIT_USAGE;
  }
  if (status == SIFT_EINVAL) { /* what is wrong was told */
    sift_say("--profile needs logs that can be read: no rules were compiled");
  } else if (status != SIFT_OK) {
    sift_say("cannot read the logs named by --profile: %s", sift_status_text(status));
  }
  return status == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}
