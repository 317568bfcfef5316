#include "tools/spacesift/read_ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

enum { LANES = 3 };

/* Gives `size` bytes that count from `seed`, in pieces of at most `piece`, then ends with `status`. */
struct counter {
  size_t at, size, piece;
  unsigned seed;
  enum sift_status status;
  int error_number;
};

static char byte_at(const struct counter *counter, size_t at) {
  return (char)(unsigned char)((counter->seed + at + at / 251) & 0xFF);
}

static enum sift_status count_up(void *context, char *buffer, size_t size, size_t *got) {
  struct counter *counter = context;
  size_t left = counter->size - counter->at;
  size_t most = size < counter->piece ? size : counter->piece;
  *got = most < left ? most : left;
  for (size_t i = 0; i < *got; i++) {
    buffer[i] = byte_at(counter, counter->at++);
  }
  errno = *got == 0 ? counter->error_number : 0;
  return *got == 0 ? counter->status : SIFT_OK;
}

static struct sift_read_ahead *begin(struct counter *counters, size_t count) {
  struct sift_state_input inputs[LANES] = {{0}};
  struct sift_read_ahead *ahead = NULL;
  for (size_t i = 0; i < count; i++) {
    inputs[i] = (struct sift_state_input){.read = count_up, .context = &counters[i], .content = i == 1};
  }
  assert_int_equal(sift_read_ahead_new(&ahead, inputs, count), SIFT_OK);
  return ahead;
}

/* Reads one piece and holds it against what the input counts. Returns its size. */
static size_t take(struct sift_state_input input, const struct counter *counter, size_t at, size_t size) {
  char *buffer = malloc(size);
  size_t got = 0;
  assert_non_null(buffer);
  assert_int_equal(input.read(input.context, buffer, size, &got), SIFT_OK);
  for (size_t i = 0; i < got; i++) {
    assert_int_equal(buffer[i], byte_at(counter, at + i));
  }
  free(buffer);
  return got;
}

static void bytes_come_as_they_are_whatever_the_pieces(void **state) {
  (void)state;
  static const size_t pieces[] = {1000, 4096, 300000, SIZE_MAX};
  for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
    struct counter counter = {.size = 1000000, .piece = pieces[p], .seed = 7};
    struct sift_read_ahead *ahead = begin(&counter, 1);
    struct sift_state_input input = sift_read_ahead_input(ahead, 0);
    size_t at = 0;
    for (size_t got = 1; got > 0; at += got) {
      got = take(input, &counter, at, 1 + at % 200000);
    }
    assert_int_equal(at, counter.size);
    sift_read_ahead_free(ahead);
  }
}

/* One lane is read to its end while the others wait with full blocks. */
static void lanes_are_read_in_any_order(void **state) {
  (void)state;
  struct counter counters[LANES] = {{.size = 700000, .piece = SIZE_MAX, .seed = 1},
                                    {.size = 900000, .piece = 5000, .seed = 2},
                                    {.size = 0, .piece = 1, .seed = 3}};
  struct sift_read_ahead *ahead = begin(counters, LANES);
  for (size_t lane = LANES; lane-- > 0;) {
    struct sift_state_input input = sift_read_ahead_input(ahead, lane);
    assert_int_equal(input.content, lane == 1);
    size_t at = 0;
    for (size_t got = 1; got > 0; at += got) {
      got = take(input, &counters[lane], at, 65536);
    }
    assert_int_equal(at, counters[lane].size);
  }
  sift_read_ahead_free(ahead);
}

static void an_error_comes_after_the_bytes_before_it_and_stays(void **state) {
  (void)state;
  struct counter counter = {.size = 300000, .piece = 1000, .status = SIFT_EIO, .error_number = EISDIR};
  struct sift_read_ahead *ahead = begin(&counter, 1);
  struct sift_state_input input = sift_read_ahead_input(ahead, 0);
  size_t at = 0;
  while (at < counter.size) {
    at += take(input, &counter, at, 100000);
  }
  for (int i = 0; i < 2; i++) {
    char byte = 0;
    size_t got = 1;
    errno = 0;
    assert_int_equal(input.read(input.context, &byte, 1, &got), SIFT_EIO);
    assert_int_equal(got, 0);
    assert_int_equal(errno, EISDIR);
  }
  sift_read_ahead_free(ahead);
}

static void it_may_end_before_its_inputs_do(void **state) {
  (void)state;
  struct counter counters[2] = {{.size = SIZE_MAX, .piece = SIZE_MAX, .seed = 1}, {.size = SIZE_MAX, .piece = 10, .seed = 2}};
  struct sift_read_ahead *ahead = begin(counters, 2);
  take(sift_read_ahead_input(ahead, 1), &counters[1], 0, 10);
  sift_read_ahead_free(ahead);
  sift_read_ahead_free(NULL);
}

static void no_input_is_no_error(void **state) {
  (void)state;
  sift_read_ahead_free(begin(NULL, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_come_as_they_are_whatever_the_pieces),
      cmocka_unit_test(lanes_are_read_in_any_order),
      cmocka_unit_test(an_error_comes_after_the_bytes_before_it_and_stays),
      cmocka_unit_test(it_may_end_before_its_inputs_do),
      cmocka_unit_test(no_input_is_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
