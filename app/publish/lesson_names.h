/* Does a page show what its text names? */
#ifndef APP_PUBLISH_LESSON_NAMES_H
#define APP_PUBLISH_LESSON_NAMES_H

#include "app/screen/screen.h"

/* Reports each operation or block that the page's text names and the screen beside the text does not show. */
void lesson_check_names(Screen *screen, const LessonPanel *panel, LessonMistakes *mistakes);

#endif
