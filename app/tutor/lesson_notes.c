/* What the speaker is told about the page that is shown. */
#include <stdio.h>
#include <string.h>

#include "app/tutor/lesson_run.h"
#include "core/base/utf8.h"

static const char ASKS[] = "an answer is asked for: ";

static const char *what_is_seen(const LessonPanel *panel) {
    if (panel->exploring) return "an excursion (Home returns to the page)";
    if (panel->working) return "the engine at work";
    if (panel->phase == LESSON_ASK) return "the question; the answer is typed now";
    if (panel->phase == LESSON_SHOWN) return "the view that the page leads to";
    return *panel->question ? "the question"
           : panel->changes ? "the text; the view has not followed yet"
                            : "the text";
}

static void name_page(char *out, size_t size, int number, const char *title) {
    size_t used = utf8_format(out, size, "page %d: ", number);
    utf8_clip(out + used, size - used, title);
}

static void say_next(const LessonRun *run, const LessonPanel *panel, char *out, size_t size) {
    const Lesson *lesson = run->lesson;
    if (panel->phase == LESSON_ASK || (panel->phase == LESSON_READ && *panel->question && panel->reveals))
        snprintf(out, size, "the right answer");
    else if (panel->phase == LESSON_READ && *panel->question)
        utf8_clip(out + utf8_copy(out, size, ASKS), size - strlen(ASKS), panel->question);
    else if (panel->phase == LESSON_READ && panel->changes)
        snprintf(out, size, "the view follows the text");
    else if (panel->page + 1 < panel->page_count)
        name_page(out, size, panel->page + 2, lesson->pages[panel->page + 1].title);
    else
        snprintf(out, size, "the end of the lesson");
}

void lesson_run_truth(const LessonRun *run, char out[LESSON_TRUTH_MAX]) {
    const LessonAsk *ask = &lesson_run_page(run)->ask;
    const LessonVerdict *verdict = &run->answer.verdict;
    bool known = run->answer.judged && verdict->known;
    int option = verdict->truth[0] - 'a';
    out[0] = '\0';
    if (known && ask->kind == ASK_CHOICE && option >= 0 && option < ask->option_count)
        utf8_format(out, LESSON_TRUTH_MAX, "%c) %s", 'a' + option, ask->options[option].text);
    else if (known)
        utf8_copy(out, LESSON_TRUTH_MAX, verdict->truth);
}

/* What the class reads: text, question, task. */
static void say_text(const LessonPanel *panel, char *out, size_t size) {
    const char *const parts[] = {panel->text, panel->question, panel->task};
    size_t used = 0;
    out[0] = '\0';
    for (int k = 0; k < 3; k++)
        if (*parts[k]) used += utf8_format(out + used, size - used, "%s%s", used ? "\n" : "", parts[k]);
}

void lesson_run_notes(const LessonRun *run, NotesPanel *out) {
    LessonPanel panel;
    lesson_run_panel(run, &panel);
    *out = (NotesPanel){.pages = 0};
    utf8_clip(out->lesson, sizeof out->lesson, panel.lesson);
    utf8_clip(out->title, sizeof out->title, panel.title);
    utf8_clip(out->notes, sizeof out->notes, panel.notes);
    say_text(&panel, out->text, sizeof out->text);
    lesson_run_truth(run, out->answer);
    utf8_copy(out->now, sizeof out->now, what_is_seen(&panel));
    say_next(run, &panel, out->next, sizeof out->next);
    out->page = panel.page + 1;
    out->pages = panel.page_count;
}
