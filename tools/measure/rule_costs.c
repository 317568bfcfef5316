#include "tools/measure/rule_costs.h"

#include <stdlib.h>
#include <string.h>

#include "engine/database_internal.h"
#include "engine/scanner.h"
#include "tools/measure/clock.h"

enum { SAMPLE_LINES = 256, TIMED_TURNS = 3, WAKES_START = 4096 };

/* A line that a rule woke, of the piece at hand. */
struct wake {
  uint32_t rule, start, len;
};

struct line {
  const char *text;
  uint32_t len;
};

struct counter {
  const struct sift_database *database;
  struct sift_rule_cost *costs;
  hs_database_t *texts; /* all atoms: the id is the pattern's number; NULL where there are none */
  hs_scratch_t *scratch;
  struct sift_scanner *scanner;
  pcre2_match_data *match;
  pcre2_match_context *limits;
  struct line *samples; /* SAMPLE_LINES a rule: of all lines it woke, each as likely as any other */
  uint64_t random;
  const char *text; /* the piece at hand */
  uint32_t len;
  struct wake *wakes;
  size_t wake_count, wake_capacity;
  struct wake *last; /* by pattern: the line it woke last in this piece; len UINT32_MAX: none */
  bool out_of_memory;
};

/* ---- lifecycle ---- */

static size_t count_texts(const struct sift_database *database) {
  size_t count = 0;
  for (uint32_t i = 0; i < database->pattern_count; i++) {
    count += database->patterns[i].atoms.count;
  }
  return count;
}

static enum sift_status compile_texts(struct counter *counter) {
  const struct sift_database *database = counter->database;
  size_t room = count_texts(database);
  const char **texts = calloc(room + 1, sizeof *texts);
  size_t *lens = calloc(room + 1, sizeof *lens);
  unsigned *flags = calloc(room + 1, sizeof *flags);
  unsigned *ids = calloc(room + 1, sizeof *ids);
  hs_compile_error_t *error = NULL;
  unsigned count = 0;
  enum sift_status status = texts != NULL && lens != NULL && flags != NULL && ids != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (uint32_t i = 0; i < database->pattern_count && status == SIFT_OK; i++) {
    for (size_t k = 0; k < database->patterns[i].atoms.count; k++, count++) {
      texts[count] = database->patterns[i].atoms.items[k].data;
      lens[count] = database->patterns[i].atoms.items[k].len;
      flags[count] = HS_FLAG_CASELESS;
      ids[count] = i;
    }
  }
  if (status == SIFT_OK && count > 0 &&
      hs_compile_lit_multi(texts, flags, ids, lens, count, HS_MODE_BLOCK, NULL, &counter->texts, &error) != HS_SUCCESS) {
    hs_free_compile_error(error);
    status = SIFT_EENGINE;
  }
  free(texts);
  free(lens);
  free(flags);
  free(ids);
  return status;
}

static bool fit_scratch(struct counter *counter, const hs_database_t *database) {
  return database == NULL || hs_alloc_scratch(database, &counter->scratch) == HS_SUCCESS;
}

static enum sift_status counter_init(struct counter *counter, struct sift_rule_cost *costs, const struct sift_database *database) {
  *counter = (struct counter){.database = database, .costs = costs, .random = 1, .wake_capacity = WAKES_START};
  counter->samples = calloc(database->ruleset->rule_count * SAMPLE_LINES + 1, sizeof *counter->samples);
  counter->wakes = calloc(WAKES_START, sizeof *counter->wakes);
  counter->last = calloc(database->pattern_count + 1U, sizeof *counter->last);
  counter->match = pcre2_match_data_create(64, NULL);
  counter->limits = sift_pcre_limits();
  enum sift_status status = compile_texts(counter);
  if (status == SIFT_OK) {
    status = sift_scanner_new(&counter->scanner, database, SIFT_SCAN_SAMPLER);
  }
  bool good = counter->samples != NULL && counter->wakes != NULL && counter->last != NULL && counter->match != NULL &&
              counter->limits != NULL && fit_scratch(counter, counter->texts) && fit_scratch(counter, database->rest) &&
              fit_scratch(counter, database->confirm);
  return status == SIFT_OK && !good ? SIFT_ENOMEM : status;
}

static void counter_release(struct counter *counter) {
  sift_scanner_free(counter->scanner);
  hs_free_scratch(counter->scratch);
  hs_free_database(counter->texts);
  pcre2_match_data_free(counter->match);
  pcre2_match_context_free(counter->limits);
  free(counter->samples);
  free(counter->wakes);
  free(counter->last);
}

/* ---- lines that rules wake ---- */

static struct wake *wake_slot(struct counter *counter) {
  if (counter->wake_count == counter->wake_capacity) {
    struct wake *wakes = realloc(counter->wakes, 2 * counter->wake_capacity * sizeof *wakes);
    if (wakes == NULL) {
      counter->out_of_memory = true;
      return NULL;
    }
    counter->wakes = wakes;
    counter->wake_capacity *= 2;
  }
  return &counter->wakes[counter->wake_count++];
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  struct counter *counter = context;
  struct wake *last = &counter->last[id];
  uint32_t at = (uint32_t)to - 1;
  (void)from;
  (void)flags;
  if (last->len != UINT32_MAX && at >= last->start && at <= last->start + last->len) {
    return 0;
  }
  const char *before = memrchr(counter->text, '\n', at);
  const char *after = memchr(counter->text + at, '\n', counter->len - at);
  uint32_t start = before != NULL ? (uint32_t)(before + 1 - counter->text) : 0;
  uint32_t end = after != NULL ? (uint32_t)(after - counter->text) : counter->len;
  struct wake *wake = wake_slot(counter);
  if (wake == NULL) {
    return 1;
  }
  *last = *wake = (struct wake){counter->database->patterns[id].rule, start, end - start};
  return 0;
}

static int by_rule(const void *a, const void *b) {
  const struct wake *x = a;
  const struct wake *y = b;
  if (x->rule != y->rule) {
    return x->rule < y->rule ? -1 : 1;
  }
  return (x->start > y->start) - (x->start < y->start);
}

/* xorshift64*: the same sample each time. */
static uint64_t next_random(struct counter *counter) {
  counter->random ^= counter->random >> 12;
  counter->random ^= counter->random << 25;
  counter->random ^= counter->random >> 27;
  return counter->random * UINT64_C(2685821657736338717);
}

/* Algorithm R (Vitter, "Random sampling with a reservoir"). */
static void take_sample(struct counter *counter, const struct wake *wake) {
  struct sift_rule_cost *cost = &counter->costs[wake->rule];
  uint64_t place = cost->woken < SAMPLE_LINES ? cost->woken : next_random(counter) % (cost->woken + 1);
  if (place < SAMPLE_LINES) {
    counter->samples[(size_t)wake->rule * SAMPLE_LINES + place] = (struct line){counter->text + wake->start, wake->len};
  }
  cost->woken++;
}

/* A line that a rule woke by several patterns counts once. */
static void take_wakes(struct counter *counter) {
  qsort(counter->wakes, counter->wake_count, sizeof *counter->wakes, by_rule);
  for (size_t i = 0; i < counter->wake_count; i++) {
    if ((i == 0 || by_rule(&counter->wakes[i - 1], &counter->wakes[i]) != 0) && counter->wakes[i].len > 0) {
      take_sample(counter, &counter->wakes[i]);
    }
  }
}

static bool on_hit(void *context, const struct sift_hit *hit) {
  struct counter *counter = context;
  counter->costs[hit->rule].hits++;
  return true;
}

static enum sift_status scan_by(struct counter *counter, const hs_database_t *database) {
  hs_error_t result =
      database == NULL ? HS_SUCCESS : hs_scan(database, counter->text, counter->len, 0, counter->scratch, on_match, counter);
  if (counter->out_of_memory) {
    return SIFT_ENOMEM;
  }
  return result == HS_SUCCESS ? SIFT_OK : SIFT_EENGINE;
}

static enum sift_status count_piece(struct counter *counter, const char *text, uint32_t len) {
  counter->text = text;
  counter->len = len;
  counter->wake_count = 0;
  for (uint32_t i = 0; i < counter->database->pattern_count; i++) {
    counter->last[i].len = UINT32_MAX;
  }
  enum sift_status status = scan_by(counter, counter->texts);
  if (status == SIFT_OK) {
    status = scan_by(counter, counter->database->rest);
  }
  if (status == SIFT_OK) {
    take_wakes(counter);
    status = sift_scanner_scan(counter->scanner, text, len, on_hit, counter);
  }
  return status;
}

/* ---- what their confirmation takes ---- */

/* A line, and the pattern that PCRE2 is asked for. */
struct question {
  struct line line;
  uint32_t pattern;
};

struct questions {
  struct counter *counter;
  struct question *items;
  size_t count, capacity;
  struct line line;
  uint32_t rule;
  bool captured; /* the line's captures are asked for already */
};

static int ignore(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id;
  (void)from;
  (void)to;
  (void)flags;
  (void)context;
  return 0;
}

static int on_confirm(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  struct questions *questions = context;
  const struct sift_database *database = questions->counter->database;
  const struct sift_compiled *compiled = &database->patterns[id];
  (void)from;
  (void)to;
  (void)flags;
  if (compiled->rule != questions->rule) {
    return 0;
  }
  bool captures = database->ruleset->rules[compiled->rule].captures.count > 0 && compiled->role == SIFT_ROLE_ANY;
  unsigned asked = compiled->prefiltered + (captures && !questions->captured ? 1U : 0U);
  questions->captured = questions->captured || captures;
  for (; asked > 0 && questions->count < questions->capacity; asked--) {
    questions->items[questions->count++] = (struct question){questions->line, id};
  }
  return 0;
}

static enum sift_status confirm_lines(struct counter *counter, const struct line *lines, uint32_t count, match_event_handler told,
                                      struct questions *questions) {
  for (uint32_t i = 0; i < count; i++) {
    if (questions != NULL) {
      questions->line = lines[i];
      questions->captured = false;
    }
    if (hs_scan(counter->database->confirm, lines[i].text, lines[i].len, 0, counter->scratch, told, questions) != HS_SUCCESS) {
      return SIFT_EENGINE;
    }
  }
  return SIFT_OK;
}

static enum sift_status ask(struct counter *counter, const struct questions *questions) {
  const struct sift_database *database = counter->database;
  for (size_t i = 0; i < questions->count; i++) {
    struct sift_compiled *compiled = &database->patterns[questions->items[i].pattern];
    struct line line = questions->items[i].line;
    const struct sift_program *program = sift_program_get(compiled, &database->ruleset->rules[compiled->rule], true);
    if (program == NULL) {
      return SIFT_ENOMEM;
    }
    bool cut = line.len > SIFT_PCRE_LINE_BYTES_MAX;
    size_t len = cut ? SIFT_PCRE_LINE_BYTES_MAX : line.len;
    (void)pcre2_match(program->code, (PCRE2_SPTR)line.text, len, 0, cut ? PCRE2_NOTEOL : 0, counter->match, counter->limits);
  }
  return SIFT_OK;
}

/* The shortest of some turns, for a turn takes less than a time slice: what is longer is others' doing. */
static enum sift_status time_confirm(struct counter *counter, const struct line *lines, uint32_t count, double *out) {
  enum sift_status status = SIFT_OK;
  for (int turn = 0; turn <= TIMED_TURNS && status == SIFT_OK; turn++) {
    double begun = sift_clock_cpu();
    status = confirm_lines(counter, lines, count, ignore, NULL);
    double seconds = sift_clock_cpu() - begun;
    *out = turn <= 1 || seconds < *out ? seconds : *out; /* the first one warms up */
  }
  return status;
}

static enum sift_status time_pcre(struct counter *counter, const struct questions *questions, double *out) {
  enum sift_status status = SIFT_OK;
  *out = 0;
  for (int turn = 0; questions->count > 0 && turn <= TIMED_TURNS && status == SIFT_OK; turn++) {
    double begun = sift_clock_cpu();
    status = ask(counter, questions);
    double seconds = sift_clock_cpu() - begun;
    *out = turn <= 1 || seconds < *out ? seconds : *out;
  }
  return status;
}

static enum sift_status time_rule(struct counter *counter, uint32_t rule, struct questions *questions) {
  struct sift_rule_cost *cost = &counter->costs[rule];
  const struct line *lines = counter->samples + (size_t)rule * SAMPLE_LINES;
  cost->sampled = (uint32_t)(cost->woken < SAMPLE_LINES ? cost->woken : SAMPLE_LINES);
  cost->refused = cost->woken > cost->hits ? cost->woken - cost->hits : 0;
  if (cost->sampled == 0) {
    return SIFT_OK;
  }
  questions->count = 0;
  questions->rule = rule;
  enum sift_status status = time_confirm(counter, lines, cost->sampled, &cost->confirm_seconds);
  if (status == SIFT_OK) {
    status = confirm_lines(counter, lines, cost->sampled, on_confirm, questions);
  }
  if (status == SIFT_OK) {
    status = time_pcre(counter, questions, &cost->pcre_seconds);
  }
  double scale = (double)cost->woken / (double)cost->sampled;
  cost->confirm_seconds *= scale;
  cost->pcre_seconds *= scale;
  return status;
}

static enum sift_status time_rules(struct counter *counter) {
  size_t most = 1;
  for (uint32_t i = 0; i < counter->database->ruleset->rule_count; i++) {
    size_t patterns = counter->database->first[i + 1] - counter->database->first[i];
    most = patterns > most ? patterns : most;
  }
  struct questions questions = {.counter = counter, .capacity = (most + 1) * SAMPLE_LINES};
  questions.items = calloc(questions.capacity, sizeof *questions.items);
  enum sift_status status = questions.items != NULL ? SIFT_OK : SIFT_ENOMEM;
  for (uint32_t i = 0; i < counter->database->ruleset->rule_count && status == SIFT_OK; i++) {
    status = time_rule(counter, i, &questions);
  }
  free(questions.items);
  return status;
}

enum sift_status sift_rule_costs_count(struct sift_rule_cost *out, const struct sift_database *database,
                                       const struct sift_pieces *pieces) {
  struct counter counter;
  memset(out, 0, database->ruleset->rule_count * sizeof *out);
  if (database->wake == NULL) {
    return SIFT_OK;
  }
  enum sift_status status = counter_init(&counter, out, database);
  for (size_t i = 0; i < pieces->count && status == SIFT_OK; i++) {
    status = count_piece(&counter, pieces->corpus->text + pieces->items[i].begin, pieces->items[i].len);
  }
  if (status == SIFT_OK) {
    status = time_rules(&counter);
  }
  counter_release(&counter);
  return status;
}
