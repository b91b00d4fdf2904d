"""Extensions, which the application initialises."""

from flask_cors import CORS
from flask_jwt_extended import JWTManager
from flask_sqlalchemy import SQLAlchemy

cors = CORS()
db = SQLAlchemy()
jwt = JWTManager()
