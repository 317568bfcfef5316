#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/fleetgen/stream.h"

enum { SPACES = 40 };

static void plan(struct sift_gen_fleet *fleet, uint64_t bytes) {
  char error[200];
  struct sift_gen_fleet_config config = {.spaces = SPACES, .seed = 6, .bytes = bytes, .faults = 0.5, .incident = false};
  assert_int_equal(sift_gen_fleet_init(fleet, &config, error, sizeof(error)), SIFT_OK);
}

/* FNV-1a over what a Space says and when. */
static uint64_t folded(uint64_t hash, int64_t time_ns, unsigned channel, const char *text, size_t len) {
  hash = (hash ^ (uint64_t)time_ns) * UINT64_C(0x100000001b3);
  hash = (hash ^ channel) * UINT64_C(0x100000001b3);
  for (size_t i = 0; i < len; i++) {
    hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
  }
  return hash;
}

static void records_come_in_the_order_of_time_and_sum_up(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  plan(&fleet, 3000000);
  struct sift_gen_stream *stream;
  assert_int_equal(sift_gen_stream_new(&stream, &fleet, 0, SPACES), SIFT_OK);
  int64_t last_ns = 0;
  uint64_t bytes[SPACES] = {0};
  struct sift_gen_record record;
  enum sift_status status;
  unsigned changes = 0;
  uint64_t speaker = SPACES;
  while ((status = sift_gen_stream_next(stream, &record)) == SIFT_OK) {
    assert_true(record.time_ns >= last_ns);
    assert_true(record.index < SPACES);
    assert_null(memchr(record.text.data, '\n', record.text.len));
    last_ns = record.time_ns;
    bytes[record.index] += record.text.len + 1;
    changes += record.index != speaker;
    speaker = record.index;
  }
  assert_int_equal(status, SIFT_END);
  assert_true(changes > SPACES);
  uint64_t total = 0;
  for (size_t i = 0; i < SPACES; i++) {
    assert_int_equal(sift_gen_stream_sum(stream, i).bytes, bytes[i]);
    total += bytes[i];
  }
  assert_true(total > 3000000 / 100 * 98 && total < 3000000 / 100 * 102);
  sift_gen_stream_free(stream);
  sift_gen_fleet_release(&fleet);
}

static void a_space_says_the_same_alone_and_among_others(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  plan(&fleet, 2000000);
  uint64_t among[SPACES] = {0};
  struct sift_gen_stream *stream;
  struct sift_gen_record record;
  assert_int_equal(sift_gen_stream_new(&stream, &fleet, 0, SPACES), SIFT_OK);
  while (sift_gen_stream_next(stream, &record) == SIFT_OK) {
    among[record.index] = folded(among[record.index], record.time_ns, (unsigned)record.channel, record.text.data, record.text.len);
  }
  sift_gen_stream_free(stream);
  for (uint64_t i = 0; i < SPACES; i++) {
    uint64_t alone = 0;
    assert_int_equal(sift_gen_stream_new(&stream, &fleet, i, 1), SIFT_OK);
    while (sift_gen_stream_next(stream, &record) == SIFT_OK) {
      assert_int_equal(record.index, i);
      alone = folded(alone, record.time_ns, (unsigned)record.channel, record.text.data, record.text.len);
    }
    assert_true(alone == among[i]);
    sift_gen_stream_free(stream);
  }
  sift_gen_fleet_release(&fleet);
}

static void too_few_bytes_leave_the_essential_lines(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  plan(&fleet, 1);
  bool spoke[SPACES] = {false};
  uint64_t total = 0;
  struct sift_gen_stream *stream;
  struct sift_gen_record record;
  assert_int_equal(sift_gen_stream_new(&stream, &fleet, 0, SPACES), SIFT_OK);
  while (sift_gen_stream_next(stream, &record) == SIFT_OK) {
    spoke[record.index] = true;
    total += record.text.len + 1;
  }
  for (size_t i = 0; i < SPACES; i++) {
    assert_true(spoke[i]);
  }
  assert_int_equal(total, fleet.essential_bytes);
  sift_gen_stream_free(stream);
  sift_gen_fleet_release(&fleet);
}

static void a_stream_may_be_left_early(void **state) {
  (void)state;
  struct sift_gen_fleet fleet;
  plan(&fleet, 1000000);
  struct sift_gen_stream *stream;
  struct sift_gen_record record;
  assert_int_equal(sift_gen_stream_new(&stream, &fleet, 0, SPACES), SIFT_OK);
  for (int i = 0; i < 500; i++) {
    assert_int_equal(sift_gen_stream_next(stream, &record), SIFT_OK);
  }
  sift_gen_stream_free(stream);
  sift_gen_stream_free(NULL);
  sift_gen_fleet_release(&fleet);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_come_in_the_order_of_time_and_sum_up),
      cmocka_unit_test(a_space_says_the_same_alone_and_among_others),
      cmocka_unit_test(too_few_bytes_leave_the_essential_lines),
      cmocka_unit_test(a_stream_may_be_left_early),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
