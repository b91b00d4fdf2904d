package problems

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
)

// Handle answers for what handlers return as a failure.
func Handle(err error, c echo.Context) {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		_ = c.JSON(http.StatusNotFound, echo.Map{"error": "There is no such thing."})
		return
	}
	c.Echo().DefaultHTTPErrorHandler(err, c)
}
