/* Any bytes are a payload (first byte even) or what a worker kept (odd), or are refused as corrupt. Whatever was taken of them, the
 * worker's tallies can be read, its overlay too, and what it keeps restores to the same bytes. */
#include <stdint.h>

#include "ingest/serve/entry.h"
#include "tests/support/live_worker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sift_ruleset *ruleset;
static struct sift_database *database;

static void take(struct sift_worker *worker, bool kept, struct sift_span bytes) {
  struct sift_chunk_ids *ids = NULL;
  struct sift_entry_applied applied;
  enum sift_status status;
  if (kept) {
    status = sift_worker_restore(worker, bytes);
  } else {
    live_must(sift_chunk_ids_new(&ids, 16384, 0) == SIFT_OK);
    status = sift_entry_apply(bytes, 1, worker, ids, &applied);
    live_must(applied.unknown_events <= applied.events && applied.events <= bytes.len);
    sift_chunk_ids_free(ids);
  }
  live_must(status == SIFT_OK || status == SIFT_ECORRUPT);
}

static void keep(const struct sift_worker *worker, struct sift_pack *out) {
  live_must(sift_worker_keep(worker, out) == SIFT_OK);
}

static void check_kept(const struct sift_worker *worker) {
  struct sift_pack first = {0};
  struct sift_pack second = {0};
  struct sift_worker *other = live_worker(database, NULL, 0);
  keep(worker, &first);
  live_must(sift_worker_restore(other, sift_span(first.bytes, first.len)) == SIFT_OK);
  keep(other, &second);
  live_must(first.len == second.len && memcmp(first.bytes, second.bytes, first.len) == 0);
  sift_worker_free(other);
  sift_pack_release(&first);
  sift_pack_release(&second);
}

static void check_tallies(struct sift_worker *worker) {
  struct sift_state_buffer state;
  live_must(sift_worker_overlay(worker, &state) == SIFT_OK);
  free(live_text(ruleset, &state));
  sift_state_buffer_release(&state);
  live_state(worker, ruleset, true, &state);
  free(live_text(ruleset, &state));
  sift_state_buffer_release(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (database == NULL) {
    ruleset = test_ruleset(live_rules, LIVE_RULES);
    database = test_database(ruleset);
  }
  if (size == 0) {
    return 0;
  }
  struct sift_worker *worker = live_worker(database, NULL, 0);
  char *bytes = malloc(size); /* exactly: a byte too many is found */
  live_must(bytes != NULL);
  memcpy(bytes, data + 1, size - 1);
  take(worker, data[0] % 2 != 0, sift_span(bytes, size - 1));
  take(worker, false, sift_span(bytes, size - 1)); /* the next entry finds it sound */
  free(bytes);
  check_kept(worker);
  check_tallies(worker);
  sift_worker_free(worker);
  return 0;
}
