#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ingest/layout.h"

static char error[256];

static void expect_place(const char *pattern, const char *path, const char *space, const char *channel, const char *matched) {
  struct sift_layout *layout = NULL;
  struct sift_place place;
  assert_int_equal(sift_layout_new(&layout, pattern, error, sizeof error), SIFT_OK);
  sift_layout_match(layout, path, &place);
  assert_string_equal(place.space, space);
  assert_string_equal(place.channel, channel);
  assert_int_equal(place.matched.len, strlen(matched));
  if (place.matched.len > 0) {
    assert_string_equal(place.matched.data, matched);
  }
  sift_layout_free(layout);
}

static void the_built_in_list_knows_the_usual_forms(void **state) {
  (void)state;
  expect_place(NULL, "/data/alice/app/run.log.zst", "alice/app", "run", "alice/app/run.log.zst");
  expect_place(NULL, "alice/my-app/build.2024-01-31.zst", "alice/my-app", "build", "alice/my-app/build.2024-01-31.zst");
  expect_place(NULL, "x/alice/app/run-0001.zst", "alice/app", "run", "alice/app/run-0001.zst");
  expect_place(NULL, "x/alice/app/container/0001.zst", "alice/app", "container", "alice/app/container/0001.zst");
  expect_place(NULL, "alice/app/stderr", "alice/app", "stderr", "alice/app/stderr");
  expect_place(NULL, "logs/alice/demo.run.zst", "alice/demo", "run", "alice/demo.run.zst");
  expect_place(NULL, "logs/alice__app.build.log", "alice/app", "build", "alice__app.build.log");
  expect_place(NULL, "logs/alice__app__run.zst", "alice/app", "run", "alice__app__run.zst");
  expect_place(NULL, "alice__my__app__run.zst", "alice/my__app", "run", "alice__my__app__run.zst");
  expect_place(NULL, "logs/alice/my.demo.run.zst", "alice/my.demo", "run", "alice/my.demo.run.zst");
}

static void what_names_no_usual_channel_or_no_space_is_no_match(void **state) {
  (void)state;
  expect_place(NULL, "shard-00001.zst", "", "", "");
  expect_place(NULL, "alice/app/other.zst", "", "", "");
  expect_place(NULL, "run.zst", "", "", "");
  expect_place(NULL, "", "", "", "");
  expect_place(NULL, "../../run.zst", "", "", "");
  expect_place(NULL, "al ice/app/run.zst", "", "", "");
  expect_place(NULL, "-", "", "", "");
}

static void a_layout_of_ones_own_takes_any_channel(void **state) {
  (void)state;
  expect_place("{space}/{channel}.{*}", "a/alice/app/weird.zst", "alice/app", "weird", "alice/app/weird.zst");
  expect_place("{channel}/{owner}_{name}.log", "x/run/alice_app.log", "alice/app", "run", "run/alice_app.log");
  expect_place("{name}.{*}", "app.zst", "app", "", "app.zst");
  expect_place("{owner}/{name}/{*}/{channel}", "d/alice/app/2024/run", "alice/app", "run", "alice/app/2024/run");
  expect_place("logs-{owner}/{name}", "logs-alice/app", "alice/app", "", "logs-alice/app");
  expect_place("{owner}/{name}/{channel}.{*}", "/data//alice///app/run.zst", "alice/app", "run", "alice///app/run.zst");
}

static void a_name_that_is_no_space_is_left_out(void **state) {
  (void)state;
  expect_place("{owner}/{name}/{channel}.{*}", "a b/app/run.zst", "", "run", "a b/app/run.zst");
  expect_place("{owner}/{name}/{channel}.{*}", "x/../app/run.zst", "", "run", "../app/run.zst");
  char path[400];
  memset(path, 'a', sizeof path);
  memcpy(path + 250, "/app/run.zst", 13);
  expect_place("{owner}/{name}/{channel}.{*}", path, "", "run", path);
}

static void a_hostile_path_costs_little(void **state) {
  (void)state;
  struct sift_layout *layout = NULL;
  struct sift_place place;
  static char path[5000];
  assert_int_equal(sift_layout_new(&layout, "{name}a{*}a{*}a{*}a{*}a{*}a{*}a{*}a{*}a{channel}b", error, sizeof error), SIFT_OK);
  memset(path, 'a', sizeof path - 1);
  sift_layout_match(layout, path, &place);
  assert_string_equal(place.space, "");
  path[255] = '\0';
  sift_layout_match(layout, path, &place);
  assert_int_equal(place.matched.len, 0);
  sift_layout_free(layout);
}

static void wrong_layouts_are_explained(void **state) {
  (void)state;
  const char *const wrong[] = {"",
                               "{owner}/{nam}",
                               "{owner",
                               "a}",
                               "{owner}{name}",
                               "{owner}/{owner}/{name}",
                               "{*}",
                               "logs",
                               "/{owner}/{name}",
                               "{space}/{name}",
                               "{owner}/{channel}",
                               "{channel}{*}"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct sift_layout *layout = NULL;
    error[0] = '\0';
    assert_int_equal(sift_layout_new(&layout, wrong[i], error, sizeof error), SIFT_EINVAL);
    assert_null(layout);
    assert_non_null(strstr(error, "{owner}/{name}/{channel}.{*}"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_built_in_list_knows_the_usual_forms),
      cmocka_unit_test(what_names_no_usual_channel_or_no_space_is_no_match),
      cmocka_unit_test(a_layout_of_ones_own_takes_any_channel),
      cmocka_unit_test(a_name_that_is_no_space_is_left_out),
      cmocka_unit_test(a_hostile_path_costs_little),
      cmocka_unit_test(wrong_layouts_are_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
