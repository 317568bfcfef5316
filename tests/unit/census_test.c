#include "tests/unit/report_fixture.h"

#include "tests/support/strike.h"
#include "tools/spacesift/census.h"

static struct archive archive;

static int begin(void **state) {
  (void)state;
  archive_begin(&archive);
  return 0;
}

static int end(void **state) {
  (void)state;
  archive_end(&archive);
  return 0;
}

static void it_counts_spaces_and_outlives_the_pass(void **state) {
  (void)state;
  fixture_space(&archive.fixture, "-");
  archive_add(&archive);
  for (int i = 0; i < 20; i++) {
    static char names[20][16];
    snprintf(names[i], sizeof names[i], "s/%02d", i);
    fixture_space(&archive.fixture, names[i]);
    archive_add(&archive);
    assert_int_equal(test_strike(&archive.fleet, test_class_series(class_index(&archive.fixture, "push")), T0, (uint64_t)i),
                     SIFT_OK);
  }
  archive.fleet.newest_ns = T0 + SECOND;
  archive_finish(&archive);
  struct sift_report_input input = archive_input(&archive);
  struct sift_census census;
  assert_int_equal(sift_census_take(&census, &input), SIFT_OK);
  archive_close(&archive);
  assert_int_equal(census.spaces, 20);
  assert_int_equal(census.now_ns, T0 + SECOND);
  assert_int_equal(census.incidents.count, 1);
  assert_int_equal(sift_sketch_estimate(&census.incidents.items[0].windows[0].spaces), 20);
  sift_census_release(&census);
  input.now_ns = 5;
  assert_int_equal(sift_census_take(&census, &input), SIFT_OK);
  assert_int_equal(census.now_ns, 5);
  sift_census_release(&census);
}

static void what_ends_the_pass_is_handed_on(void **state) {
  (void)state;
  archive_add(&archive);
  archive_finish(&archive);
  archive.state.size -= 5;
  struct sift_report_input input = archive_input(&archive);
  struct sift_census census;
  assert_true(sift_census_take(&census, &input) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(it_counts_spaces_and_outlives_the_pass),
      TEST(what_ends_the_pass_is_handed_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
