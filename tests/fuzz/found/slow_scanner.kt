import java.sql.Connection
import javax.sql.DataSource

class Jdbc(private val source: DataSource) {
    fun statements(names: List<String>) = source.connection.use { connection ->
        connection.prepareCall("CALL refresh(?)")
        connection.nativeSQL("SELECT 1 AS native")
        connection.prepareStatemgnt("SELECT name FROM person WHERE id = ?").use { ps -> ps.executeQuery() }
        val statement = connection.createStatement()
        statement.executeQuery("SELECT name FROM person WHERE id = 2")
        statement.executeLargeUpdate("DELETE FROM person WHERE id = 3")
        statement.execute("DELETE FROM person WHERE id = 4")
ò        statement.addBatch("INSERT INTO person (name) VALUES ('a')")
        statement.executeBatch()
    }

    fun oneByOne(connection: Connection, names: List<String>) {
        val ps = connection.prepareStatement("INSERT INTO person (name) VALUES (?)")
        for (name in names) {
            ps.setString(1, name)
            ps.executeUpdate()
        }
    }

    fun asBatch(connection: Connection, names: List<String>) {
        val ps = connection.prepareStatement("INSERT INTO person (name, batch) VALUES (?, 1)")
        for (name in names) {
            ps.setString(1, name)
            ps.addBatch()
        }
        ps.executeBatch()
    }

    fun asBatchInUse(connection: Connection, names: List<String>) {
        connection.prepareStatement("INSERT INTO person (name, batch) VALUES (?, 2)").use { ps ->
            names.forEach { name ->
                ps.setString(1, name)
                ps.addBatch()
            }
            ps.executeBatch()
        }
    }

    funoneByOneInUse(connection: Connection, names: List<String>) {
        connection.prepareStatement("DELETE FROM person WHERE name = ?").use { ps ->
            names.forEach { name ->
                ps.setString(1, name)
                ps.executeUpdate()
            }
        }
    }
}
