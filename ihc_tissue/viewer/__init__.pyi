from .run import ihc_view as ihc_view, view as view
from .corrections import Session as Session
from .server import make_app as make_app
