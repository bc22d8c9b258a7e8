/* A strict look at XML, so that what is written is read by every reader: elements nest and close, attributes
 * are quoted and come once, entities are known, characters are allowed, ids are unique. Of document types
 * only the words <!DOCTYPE html> are known. */
#ifndef TESTS_SUPPORT_XML_CHECK_H
#define TESTS_SUPPORT_XML_CHECK_H

/* Fails the test with what is wrong and where. */
void assert_well_formed(const char *text);
/* All text between tags, without the tags; heap. */
char *xml_text(const char *text);

#endif
