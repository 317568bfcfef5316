#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "engine/feed.h"

/* Counts up, `step` bytes a read, `left` bytes in all, then ends as told. */
struct counter {
  size_t step, left;
  uint8_t next;
  enum sift_status end;
  size_t reads;
};

static enum sift_status count_up(void *context, char *buffer, size_t size, size_t *got) {
  struct counter *counter = context;
  counter->reads++;
  *got = size < counter->step ? size : counter->step;
  *got = *got < counter->left ? *got : counter->left;
  for (size_t i = 0; i < *got; i++) {
    buffer[i] = (char)counter->next++;
  }
  counter->left -= *got;
  return *got > 0 ? SIFT_OK : counter->end;
}

enum { START = 64 * 1024 };

static void all_bytes_pass_in_order_whatever_is_taken(void **state) {
  (void)state;
  for (size_t step = 1; step < 200000; step = step * 7 + 1) {
    struct counter counter = {.step = step, .left = 300000};
    struct sift_feed feed;
    assert_int_equal(sift_feed_init(&feed, (struct sift_state_input){.read = count_up, .context = &counter}, START), SIFT_OK);
    size_t total = 0;
    uint8_t next = 0;
    while (sift_feed_more(&feed, step % 2 == 0) == SIFT_OK) {
      struct sift_span window = sift_feed_window(&feed);
      size_t taken = window.len - (window.len > 10 ? window.len % 11 : 0);
      assert_int_equal(sift_feed_offset(&feed), total);
      for (size_t i = 0; i < taken; i++) {
        assert_int_equal((uint8_t)window.data[i], next++);
      }
      sift_feed_take(&feed, taken);
      total += taken;
    }
    assert_int_equal(total + sift_feed_window(&feed).len, 300000);
    assert_int_equal(sift_feed_more(&feed, true), SIFT_END);
    sift_feed_release(&feed);
  }
}

static void the_window_grows_up_to_its_limit_only(void **state) {
  (void)state;
  struct counter counter = {.step = SIZE_MAX, .left = SIZE_MAX};
  struct sift_feed feed;
  assert_int_equal(sift_feed_init(&feed, (struct sift_state_input){.read = count_up, .context = &counter}, 3 * START), SIFT_OK);
  const size_t sizes[] = {START, 2 * START, 3 * START};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(sift_feed_more(&feed, false), SIFT_OK);
    assert_int_equal(sift_feed_window(&feed).len, sizes[i]);
  }
  assert_int_equal(sift_feed_more(&feed, false), SIFT_ELIMIT);
  assert_int_equal(sift_feed_window(&feed).len, 3 * START);
  sift_feed_take(&feed, 1);
  assert_int_equal(sift_feed_more(&feed, false), SIFT_OK);
  sift_feed_release(&feed);
}

static void filling_reads_until_the_window_is_full(void **state) {
  (void)state;
  struct counter counter = {.step = 1000, .left = SIZE_MAX};
  struct sift_feed feed;
  assert_int_equal(sift_feed_init(&feed, (struct sift_state_input){.read = count_up, .context = &counter}, START), SIFT_OK);
  assert_int_equal(sift_feed_more(&feed, false), SIFT_OK);
  assert_int_equal(counter.reads, 1);
  assert_int_equal(sift_feed_more(&feed, true), SIFT_OK);
  assert_int_equal(sift_feed_window(&feed).len, START);
  sift_feed_release(&feed);
}

static void an_error_of_the_input_comes_out(void **state) {
  (void)state;
  struct counter counter = {.step = 10, .left = 30, .end = SIFT_EIO};
  struct sift_feed feed;
  assert_int_equal(sift_feed_init(&feed, (struct sift_state_input){.read = count_up, .context = &counter}, START), SIFT_OK);
  assert_int_equal(sift_feed_more(&feed, false), SIFT_OK);
  assert_int_equal(sift_feed_more(&feed, true), SIFT_EIO);
  sift_feed_release(&feed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_bytes_pass_in_order_whatever_is_taken),
      cmocka_unit_test(the_window_grows_up_to_its_limit_only),
      cmocka_unit_test(filling_reads_until_the_window_is_full),
      cmocka_unit_test(an_error_of_the_input_comes_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
