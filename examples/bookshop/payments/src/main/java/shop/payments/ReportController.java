package shop.payments;

import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/reports")
public class ReportController {

    private final JdbcTemplate jdbc;

    public ReportController(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** What was earned per day, of payments in one status. */
    @GetMapping("/days")
    public List<Map<String, Object>> days(@RequestParam String status) {
        return jdbc.queryForList(
                "SELECT date(created_at) AS day, sum(cents) AS cents FROM payment"
                        + " WHERE status = '" + status + "' GROUP BY day ORDER BY day DESC LIMIT 31");
    }

    /** What was earned in one month of a year. */
    @GetMapping("/years/{year}/months/{month}")
    public Long month(@PathVariable int year, @PathVariable int month) {
        return jdbc.queryForObject(
                "SELECT coalesce(sum(cents), 0) FROM payment WHERE extract(year FROM created_at) = ?", Long.class, year);
    }
}
