from django.utils.safestring import SafeString

from guanai.markup import filled


def test_texts_are_escaped_and_safe_markup_is_not() -> None:
    line = filled('<a title="{title}">{name}</a>', title='"><script>', name=SafeString("<b>亭子镇</b>"))
    assert line == '<a title="&quot;&gt;&lt;script&gt;"><b>亭子镇</b></a>'
    assert isinstance(line, SafeString)


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert filled("<td>{name}</td>", name="{name} {0}") == "<td>{name} {0}</td>"
