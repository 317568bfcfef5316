/* spacesift bench: what a rule set costs, and which rules are to blame. */
#include <stdio.h>
#include <string.h>

#include "engine/typical.h"
#include "patterns/loader.h"
#include "tools/measure/clock.h"
#include "tools/measure/findings.h"
#include "tools/measure/measure.h"
#include "tools/measure/programs.h"
#include "tools/spacesift/bench_options.h"
#include "tools/spacesift/cli.h"
#include "tools/spacesift/output.h"
#include "tools/spacesift/profile.h"

/* What the command holds while it works. */
struct bench {
  struct sift_bench_options options;
  struct sift_host host;
  struct sift_bench_budget budget;
  struct sift_bench_budget_verdict verdict;
  struct sift_rules ours, theirs;
  double our_seconds, their_seconds; /* of compiling them */
  struct sift_corpus corpus, profile;
  struct sift_figures figures;
  struct sift_versus versus;
};

static void tell(const char *what) {
  fprintf(stderr, "spacesift: measuring %s\n", what);
}

static int failed(const char *what, enum sift_status status) {
  sift_say("cannot %s: %s", what, sift_status_text(status));
  return SIFT_EXIT_USAGE;
}

static bool compares(const struct sift_bench_options *options) {
  return options->against != NULL || options->against_program != NULL;
}

/* A limit that cannot be measured is told before anything is, for the run may take long. */
static int check_budget(const struct bench *bench) {
  const struct sift_bench_options *options = &bench->options;
  const struct sift_bench_plan plan = {compares(options), !options->no_marginal, (unsigned)options->rounds};
  int status = SIFT_EXIT_OK;
  for (int i = 0; i < SIFT_LIMITS; i++) {
    const char *lacks = bench->budget.set[i] ? sift_limit_lacks((enum sift_limit)i, &plan) : NULL;
    if (lacks != NULL) {
      sift_say("%s of the budget %s cannot be measured: %s", sift_limit_name((enum sift_limit)i), options->budget, lacks);
      status = SIFT_EXIT_USAGE;
    }
  }
  return status;
}

static int read_budget(struct bench *bench) {
  struct sift_problems problems;
  if (bench->options.budget == NULL) {
    return SIFT_EXIT_OK;
  }
  sift_problems_init(&problems);
  enum sift_status status = sift_bench_budget_read(&bench->budget, bench->options.budget, &problems);
  if (status != SIFT_OK) {
    sift_problems_print(&problems, stderr);
    sift_say("cannot use the budget %s; docs/bench.md says what one may hold", bench->options.budget);
  }
  sift_problems_release(&problems);
  return status == SIFT_OK ? check_budget(bench) : SIFT_EXIT_USAGE;
}

/* Compiled here and now, past the cache: the time it takes is one of the figures. */
static int open_rules(struct sift_rules *rules, const char *path, struct sift_span typical, double *seconds) {
  int exit_status = sift_rules_open(rules, path, false, false, false);
  if (exit_status != SIFT_EXIT_OK) {
    return exit_status;
  }
  struct sift_problems problems;
  sift_problems_init(&problems);
  double begun = sift_clock_cpu();
  enum sift_status status = sift_database_compile_for(&rules->database, rules->ruleset, typical, &problems);
  *seconds = sift_clock_cpu() - begun;
  if (status != SIFT_OK) {
    sift_problems_print(&problems, stderr);
    exit_status = failed("compile the rules", status);
  }
  sift_problems_release(&problems);
  return exit_status;
}

/* By which the texts are chosen that wake lines. */
static struct sift_span typical_of(const struct bench *bench) {
  return bench->options.profile_count > 0 ? sift_span(bench->profile.text, bench->profile.len) : sift_typical_text();
}

static int open_all(struct bench *bench) {
  const struct sift_bench_options *options = &bench->options;
  int status = read_budget(bench);
  if (status == SIFT_EXIT_OK && options->profile_count > 0) {
    status = sift_profile_read(&bench->profile, options->profile, options->profile_count);
  }
  if (status == SIFT_EXIT_OK) {
    status = open_rules(&bench->ours, options->rules, typical_of(bench), &bench->our_seconds);
  }
  bool both_here = options->against != NULL && options->against_program == NULL;
  if (status == SIFT_EXIT_OK && both_here) {
    status = open_rules(&bench->theirs, options->against, sift_typical_text(), &bench->their_seconds);
  }
  if (status != SIFT_EXIT_OK) {
    return status;
  }
  enum sift_status read =
      sift_corpus_read(&bench->corpus, options->corpus, options->corpus_count, (size_t)options->corpus_bytes_max);
  if (read == SIFT_ENOMEM) {
    sift_say("the corpus does not fit into memory: lower --corpus-bytes-max");
  }
  return read == SIFT_OK ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

static enum sift_status compare_rules(struct bench *bench) {
  const struct sift_versus_config config = {.ours = bench->ours.database,
                                            .theirs = bench->theirs.database,
                                            .corpus = &bench->corpus,
                                            .our_compile_seconds = bench->our_seconds,
                                            .their_compile_seconds = bench->their_seconds,
                                            .sample_bytes = (size_t)bench->figures.sample_bytes,
                                            .rounds = (unsigned)bench->options.rounds};
  return sift_versus_run(&bench->versus, &config);
}

static enum sift_status compare_programs(struct bench *bench) {
  const struct sift_bench_options *options = &bench->options;
  const struct sift_programs_config config = {.path = options->against_program,
                                              .rules = options->rules,
                                              .their_rules = options->against != NULL ? options->against : options->rules,
                                              .corpus = options->corpus,
                                              .corpus_count = options->corpus_count,
                                              .corpus_bytes_max = options->corpus_bytes_max,
                                              .sample_bytes = bench->figures.sample_bytes,
                                              .rounds = (unsigned)options->rounds,
                                              .seconds_max = (double)options->round_seconds_max};
  return sift_programs_compare(&bench->versus, &config);
}

static enum sift_status compare(struct bench *bench) {
  const struct sift_bench_options *options = &bench->options;
  if (!compares(options)) {
    return SIFT_OK;
  }
  if (!options->quiet) {
    tell(options->against_program != NULL ? "both programs in turn" : "both rule sets in turn");
  }
  return options->against_program != NULL ? compare_programs(bench) : compare_rules(bench);
}

static int measure(struct bench *bench) {
  const struct sift_bench_options *options = &bench->options;
  const struct sift_measure_config config = {
      .database = bench->ours.database,
      .corpus = &bench->corpus,
      .typical = typical_of(bench),
      .profile_bytes = bench->profile.len,
      .compile_seconds = bench->our_seconds,
      .seconds = (double)options->seconds,
      .rounds = (unsigned)options->rounds,
      .threads = (unsigned)options->jobs,
      .seed = options->seed,
      .marginal = !options->no_marginal,
      .progress = options->quiet ? NULL : tell,
  };
  sift_host_read(&bench->host);
  enum sift_status status = sift_measure_run(&bench->figures, &config);
  if (status != SIFT_OK) {
    return failed("measure the rules", status);
  }
  status = compare(bench);
  if (options->budget != NULL && status == SIFT_OK) {
    sift_bench_budget_judge(&bench->verdict, &bench->budget, &bench->figures, compares(options) ? &bench->versus : NULL);
  }
  return status == SIFT_OK       ? SIFT_EXIT_OK
         : status == SIFT_EINVAL ? SIFT_EXIT_USAGE /* it was told */
                                 : failed("compare the rules", status);
}

/* ---- output ---- */

static enum sift_status render(struct sift_text *text, const struct bench *bench, const struct sift_findings *findings) {
  struct sift_json json;
  switch (bench->options.format) {
  case SIFT_BENCH_TABLE:
    sift_findings_table(text, findings);
    break;
  case SIFT_BENCH_HTML:
    sift_findings_html(text, findings);
    break;
  case SIFT_BENCH_JSON:
    sift_json_init(&json);
    sift_findings_json(&json, findings);
    sift_text_append(text, sift_span(json.bytes, json.failed ? 0 : json.len));
    text->failed = text->failed || json.failed;
    sift_json_release(&json);
    break;
  }
  return text->failed ? SIFT_ENOMEM : SIFT_OK;
}

static int write_all(const struct bench *bench) {
  const struct sift_findings findings = {
      .host = &bench->host,
      .figures = &bench->figures,
      .versus = compares(&bench->options) ? &bench->versus : NULL,
      .verdict = bench->options.budget != NULL ? &bench->verdict : NULL,
      .top = bench->options.top,
  };
  struct sift_output output;
  struct sift_text text;
  bool standard = strcmp(bench->options.output, "-") == 0;
  sift_text_init(&text, standard && bench->options.format == SIFT_BENCH_TABLE && sift_colour_wanted(stdout));
  enum sift_status status = render(&text, bench, &findings);
  if (status != SIFT_OK) {
    sift_text_release(&text);
    return failed("write the findings", status);
  }
  bool good = sift_output_open(&output, bench->options.output);
  if (good) {
    status = sift_output_write(&output, text.bytes, text.len);
    good = sift_output_close(&output, status == SIFT_OK);
  }
  sift_text_release(&text);
  return good ? SIFT_EXIT_OK : SIFT_EXIT_USAGE;
}

/* What was exceeded is told on standard error too: the findings may go to a file. */
static int pass_judgement(const struct bench *bench) {
  if (bench->options.budget == NULL || bench->verdict.kept) {
    return SIFT_EXIT_OK;
  }
  for (size_t i = 0; i < bench->verdict.count; i++) {
    const struct sift_bench_budget_line *line = &bench->verdict.lines[i];
    char bound[SIFT_LIMIT_FIGURE_BYTES];
    char value[SIFT_LIMIT_FIGURE_BYTES];
    if (line->unknown) {
      sift_say("over the budget: %s was not measured", sift_limit_name(line->limit));
    } else if (!line->kept) {
      sift_say("over the budget: %s is %s, and it is %s%s%s", sift_limit_name(line->limit), sift_limit_figure(bound, line->bound),
               sift_limit_figure(value, line->value), line->rule[0] != '\0' ? " for rule " : "", line->rule);
    }
  }
  return SIFT_EXIT_DAMAGE;
}

/* What is wrong with the other program is told before anything is measured. */
static bool can_compare(const struct sift_bench_options *options) {
  if (options->against_program == NULL || options->lap) {
    return true;
  }
  if (!sift_programs_can_read(options->corpus, options->corpus_count)) {
    return false;
  }
  enum sift_status status = sift_programs_check(options->against_program, (double)options->round_seconds_max);
  if (status == SIFT_ENOMEM) {
    (void)failed("run the other program", status);
  }
  return status == SIFT_OK;
}

static int run_all(struct bench *bench) {
  int status = measure(bench);
  status = status == SIFT_EXIT_OK ? write_all(bench) : status;
  return status == SIFT_EXIT_OK ? pass_judgement(bench) : status;
}

/* One round for another build of the program. */
static int run_lap(const struct bench *bench) {
  const struct sift_lap_config config = {.database = bench->ours.database,
                                         .corpus = &bench->corpus,
                                         .compile_seconds = bench->our_seconds,
                                         .sample_bytes = (size_t)bench->options.lap_bytes};
  struct sift_lap lap;
  struct sift_text text;
  enum sift_status status = sift_lap_run(&lap, &config);
  if (status != SIFT_OK) {
    return failed("measure the rules", status);
  }
  sift_text_init(&text, false);
  sift_lap_write(&text, &lap);
  status = sift_text_write(&text, stdout);
  sift_text_release(&text);
  sift_lap_release(&lap);
  return status == SIFT_OK ? SIFT_EXIT_OK : failed("write the round", status);
}

int sift_command_bench(int argc, char **argv) {
  static struct bench bench;
  bool done = false;
  int status = sift_bench_options_parse(&bench.options, argc, argv, &done);
  if (status != SIFT_EXIT_OK || done) {
    return status;
  }
  if (!can_compare(&bench.options)) {
    return SIFT_EXIT_USAGE;
  }
  if (sift_host_slow_build() && !bench.options.lap && !bench.options.quiet) {
    sift_say("this build is slow on purpose (debug, or sanitizers): its figures say little");
  }
  status = open_all(&bench);
  if (status == SIFT_EXIT_OK) {
    status = bench.options.lap ? run_lap(&bench) : run_all(&bench);
  }
  sift_versus_release(&bench.versus);
  sift_figures_release(&bench.figures);
  sift_corpus_release(&bench.corpus);
  sift_corpus_release(&bench.profile);
  sift_rules_close(&bench.ours);
  sift_rules_close(&bench.theirs);
  return status;
}
