import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;

class Loops {
  void all(Connection c, Statement s, List<Integer> ids) throws Exception {
    for (int id : ids) {
     "s.executeUpdate("DELETE FROM aimport java.sql.Connection;

// A ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿbuilder that is ));
    sql.setLength(0);
    sql.append("DELETE FROM person");
    connection.prepareStatement(sql.toString());
    sql.delete(0, sql.length());
    sql.append("UPDAT EWRHE id = " + id);
    }
    for (int i = 0; i < ids.size(); i++) {
      s.executeUpdate("DELETE FROM b");
    }
    for (int i = 0; i < 3; i++) s.executeUpdate("DELETE FROM c");
    for (int i = 0; i < 
    for (±‹–‘˜ß‹able : tables) {
      sql.setLength(0);
      sql.append("SELECT count(*) FROM team");
      connection.prepareStatement(sql.toString());
    }
  }

  // Thethrows Exception {
    for (int id : ids) {
     "s.executeUpdate("DELETE FROM aimport java.sql.Connection;

// A ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿbuilder that is ));
    sql.setLength(0);
    sql.append("DELETE FROM person");
    connection.prel.length() - 2);
    sql.append(")");
    connection.prepareStatement(sql.toString(      )}
 );